import { roleSchema } from '../../model/index.ts'
import { urlOf } from './register.ts'
import type { AnyRoute } from './route.ts'
import { apiRoutes } from './routes.ts'
import { scopes } from './who.ts'

/** The table routes × roles of docs/api.md, in Markdown, by path and method. */
export function accessTable(routes: readonly AnyRoute[]): string {
  const columns = [...roleSchema.options, ...scopes]
  const heads = [...roleSchema.options, ...scopes.map((scope) => `token: ${scope}`)]
  const rows = routes
    .map((one) => {
      const marks = columns.map((column) => (one.roles === 'anyone' || one.roles.includes(column) ? '✓' : ''))
      return {
        key: `${urlOf(one)} ${one.method}`,
        cells: [`\`${one.method} ${urlOf(one)}\``, one.summary, one.roles === 'anyone' ? '✓' : '', ...marks],
      }
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ cells }) => `| ${cells.join(' | ')} |`)
  return [`| route | what | anyone | ${heads.join(' | ')} |`, `|${'---|'.repeat(heads.length + 3)}`, ...rows].join('\n')
}

/** A page of the docs with the table of today's routes between its two marks. */
export function withAccessTable(page: string): string {
  const [start, end] = ['<!-- routes -->', '<!-- /routes -->']
  return `${page.slice(0, page.indexOf(start) + start.length)}\n${accessTable(apiRoutes)}\n${page.slice(page.indexOf(end))}`
}
