import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

// What no review has to look for again: tests that pass on a quiet machine only, that are left out, or that wait and hope.

const root = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'))

type Found = readonly string[]

/** Reads a clock: what is made of it is a time. */
const CLOCK = /\b(?:performance\.now|Date\.now|process\.hrtime(?:\.bigint)?|process\.uptime)\(/

const isCall = (node: ts.Node, names: readonly string[]): node is ts.CallExpression =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && names.includes(node.expression.text)

function nodesOf(node: ts.Node): readonly ts.Node[] {
  const inside: ts.Node[] = []
  node.forEachChild((child) => void inside.push(...nodesOf(child)))
  return [node, ...inside]
}

/** Values that are made of two readings of a clock: `took`, where `const took = performance.now() - began`. */
function elapsed(all: readonly ts.Node[]): ReadonlySet<string> {
  return new Set(
    all.filter(ts.isVariableDeclaration).flatMap(({ name, initializer }) => {
      const text = initializer?.getText() ?? ''
      return ts.isIdentifier(name) && CLOCK.test(text) && /\)\s*-|-\s*\w/.test(text) ? [name.text] : []
    }),
  )
}

/** Assertions on how long something took. */
function timed(file: ts.SourceFile): Found {
  const all = nodesOf(file)
  const times = elapsed(all)
  return all
    .filter((node) => isCall(node, ['expect']))
    .filter((node) => {
      // A moment that is handed on (`new Date(…)`) is no time that anything took.
      const asserted = node.arguments.map((a) => a.getText().replace(/new Date\(\w+\.now\(\)/g, '')).join()
      return CLOCK.test(asserted) || nodesOf(node).some((n) => ts.isIdentifier(n) && times.has(n.text))
    })
    .map((node) => node.getText())
}

/** Tests that are left out for no reason that the machine gives (`skipIf`, `runIf`, `skip()` say one), or that leave out all others. */
function leftOut(file: ts.SourceFile): Found {
  return nodesOf(file)
    .filter(ts.isPropertyAccessExpression)
    .filter(
      ({ expression, name }) =>
        ['it', 'test', 'describe'].includes(expression.getText()) &&
        ['skip', 'only', 'todo', 'fails'].includes(name.text),
    )
    .map((node) => node.getText())
}

/** Shortest wait that is a hope, in milliseconds; shorter ones only let others have their turn. */
const HOPE_MS = 50

/** Waits of a fixed length outside a loop: on a slow machine they prove nothing, on a quick one they waste time. */
function hopes(file: ts.SourceFile): Found {
  return nodesOf(file)
    .filter(ts.isAwaitExpression)
    .filter(({ expression }) => {
      if (!isCall(expression, ['sleep']) || expression.arguments.length > 1) return false
      const [ms] = expression.arguments
      return ms !== undefined && ts.isNumericLiteral(ms) && Number(ms.text) >= HOPE_MS && !inLoop(expression)
    })
    .map((node) => node.getText())
}

function inLoop(node: ts.Node): boolean {
  for (let at = node.parent; at && !ts.isFunctionLike(at); at = at.parent)
    if (ts.isIterationStatement(at, false)) return true
  return false
}

/** Rooms of tests that are of no room of the house alone. */
const OF_THE_HOUSE =
  /^(?:contract|adversarial|e2e|faults|fixtures|deploy|samples|scripts|browser)\b|^(?:architecture|habits)\.test\.ts$/

/** Tests that do not lie where what they test lies: their folder is none of src/, or src/ has the file of their name, in the same room but elsewhere. */
function misplaced(tests: Found, sources: Found): Found {
  return tests
    .filter((test) => test.endsWith('.test.ts') && !OF_THE_HOUSE.test(test))
    .filter((test) => {
      const source = test.replace(/\.test\.ts$/, '.ts')
      const folder = dirname(test)
      if (sources.includes(source) || basename(folder) === basename(source, '.ts')) return false
      const room = folder.split('/')[0] ?? ''
      const mirrored = folder === '.' || sources.some((s) => s.startsWith(`${folder}/`))
      return !mirrored || sources.some((s) => s.startsWith(`${room}/`) && basename(s) === basename(source))
    })
}

const read = (name: string, text: string) => ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)
const inAll = (look: (file: ts.SourceFile) => Found, names = files) =>
  names.flatMap((name) => look(read(name, readFileSync(join(root, name), 'utf8'))).map((found) => `${name}: ${found}`))

describe('the tests', () => {
  it('lie where what they test lies', () => {
    const sources = readdirSync(join(root, '../src'), { recursive: true, encoding: 'utf8' })
    expect(
      misplaced(
        files,
        sources.filter((f) => f.endsWith('.ts')),
      ),
    ).toEqual([])
    const house = ['store/sql/scrub.ts', 'store/store.ts', 'explain.ts']
    const tests = [
      'store/scrub.test.ts',
      'store/sql/scrub.test.ts',
      'store/sql/sql.test.ts',
      'store/gone/x.test.ts',
      'explain.test.ts',
    ]
    expect(misplaced(tests, house)).toEqual(['store/scrub.test.ts', 'store/gone/x.test.ts'])
  })

  it('assert no time: what takes longer on a busy machine is not wrong', () => {
    expect(inAll(timed)).toEqual([])
    expect(
      timed(read('x.ts', `const t = ${'performance'}.now() - began\nexpect(t).toBe(5)\nexpect(t2 - t0).toBe(1)`)),
    ).toEqual(['expect(t)'])
  })

  it('leave out none of themselves, and none of the others', () => {
    expect(inAll(leftOut)).toEqual([])
    const calls = ['only', 'skip', 'todo', 'skipIf(no)'].map((how, i) => `${i === 1 ? 'describe' : 'it'}.${how}('', f)`)
    expect(leftOut(read('x.ts', calls.join('\n'))).map((call) => call.split('.')[1])).toEqual(['only', 'skip', 'todo'])
  })

  it('wait for a sign, not for a while; only those of faults disturb at moments that are nobody’s choice', () => {
    expect(
      inAll(
        hopes,
        files.filter((f) => !f.startsWith('faults')),
      ),
    ).toEqual([])
    expect(hopes(read('x.ts', 'await sleep(200)\nwhile (no) await sleep(200)\nawait sleep(5)'))).toEqual([
      'await sleep(200)',
    ])
  })
})
