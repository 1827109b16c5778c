import { once } from 'node:events'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ensureBuilt, startImr } from '../fixtures/cli.ts'
import { testFolder } from '../fixtures/folder.ts'

beforeAll(ensureBuilt)

/** Starts a command that serves, and gives what it says once it does. */
async function served(args: readonly string[], lines: number, env: Readonly<Record<string, string>> = {}) {
  const started = startImr(args, { env: { REDIS_URL: '', DATABASE_URL: '', IMR_LOG: 'warn', ...env } })
  onTestFinished(() => void started.process.kill('SIGKILL'))
  let said = ''
  while (said.split('\n').length <= lines) {
    const [part] = await Promise.race([
      once(started.process.stdout ?? started.process, 'data'),
      once(started.process, 'close'),
    ])
    if (typeof part !== 'string') throw new Error((await started.ended).stderr)
    said += part
  }
  return { ...started, said, url: said.split('\n')[0] ?? '' }
}

const session = async (url: string, name: string, password: string) => {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ name, password }),
  })
  return { status: answer.status, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' }
}

describe('imr demo', () => {
  it('reads the samples without Redis or PostgreSQL, and lets a user of each role sign in; once more, it makes nothing anew', async () => {
    const data = join(await testFolder(), 'demo')
    const demo = ['demo', '--data', data, '--port', '0', '--jobs', '1', '--grace', '1']
    const first = await served(demo, 9)
    const passwords = new Map([...first.said.matchAll(/^ {2}(\w+) +(\S+)$/gm)].map((m) => [m[1] ?? '', m[2] ?? '']))
    expect([...passwords.keys()]).toEqual(['operator', 'reviewer', 'lead', 'physician', 'admin'])
    const { status, cookie } = await session(first.url, 'reviewer', passwords.get('reviewer') ?? '')
    expect(status).toBeLessThan(300)
    expect((await session(first.url, 'reviewer', 'a-wrong-password')).status).toBe(401)
    expect(await (await fetch(`${first.url}/health/ready`)).json()).toEqual({ status: 'ok', store: 'ok', ocr: 'ok' })
    const admin = await session(first.url, 'admin', passwords.get('admin') ?? '')
    const metrics = async () => (await fetch(`${first.url}/metrics`, { headers: { cookie: admin.cookie } })).text()
    const read = async () => /^imr_documents\{state="done"\} (\d+)$/m.exec(await metrics())
    await expect.poll(async () => Number((await read())?.[1]), { timeout: 120_000, interval: 500 }).toBeGreaterThan(1)
    expect((await fetch(`${first.url}/api/v1/work`, { headers: { cookie } })).status).toBe(200)
    first.process.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' })

    const again = await served(demo, 3)
    expect(again.said).not.toMatch(/^ {2}reviewer/m)
    expect((await session(again.url, 'reviewer', passwords.get('reviewer') ?? '')).status).toBeLessThan(300)
    again.process.kill('SIGTERM')
    expect((await again.ended).code).toBe(0)
  })
})

describe('imr serve without Redis', () => {
  it('reads what is uploaded to the end, and says how to let people in', async () => {
    const data = join(await testFolder(), 'data')
    const { url, process: child, ended } = await served(['serve', '--data', data, '--port', '0', '--jobs', '1'], 1)
    const { letterPdf } = await import('../fixtures/letter-files.ts')
    const body = new Blob([new Uint8Array(await letterPdf())], { type: 'application/pdf' })
    const answer = await fetch(`${url}/documents`, { method: 'POST', body })
    expect(answer.status).toBe(202)
    const { documents } = (await answer.json()) as { documents: { documentId: string }[] }
    const id = documents[0]?.documentId ?? ''
    const state = async () => ((await (await fetch(`${url}/documents/${id}`)).json()) as { state: string }).state
    await expect.poll(state, { timeout: 60_000 }).toBe('done')
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^nobody can sign in yet: imr users add /),
    })
  })
})
