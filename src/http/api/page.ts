import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { home } from '../../home.ts'
import { notFound, Problem } from './problem.ts'
import { type AnyRoute, openRoute } from './route.ts'

/** The review page's files, as a build has them beside its code; a checkout that runs from sources has none. */
export const builtPage: string = fileURLToPath(new URL('page/', home))

const media: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css' }

type Page = { readonly index: Buffer; readonly assets: ReadonlyMap<string, Buffer> }

/** All of the page, read once: a name that is asked for is looked up among these, and never becomes a path. */
function pageIn(folder: string): Page | null {
  if (!existsSync(join(folder, 'index.html'))) return null
  const names = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name))
  return {
    index: readFileSync(join(folder, 'index.html')),
    assets: new Map(names.map((name) => [name, readFileSync(join(folder, name))])),
  }
}

/**
 * `/` is the review page; its script and style lie under `/assets/` by names that change with their content. Anyone may load it: it holds no data,
 * and what it asks for is asked for by a session.
 */
export function pageRoutes(folder: string): readonly AnyRoute[] {
  let page: Page | null = null
  return [
    openRoute({
      method: 'GET',
      path: '/',
      outside: true,
      summary: 'The review page',
      answers: { 200: { media: 'text/html', description: 'The page' } },
      handle: async ({ reply }) => {
        page ??= pageIn(folder)
        if (!page)
          throw new Problem(404, 'no-page', 'the review page is not built: start imr by ./imr, or run npm run build')
        return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page.index)
      },
    }),
    openRoute({
      method: 'GET',
      path: '/assets/:name',
      outside: true,
      summary: 'Script and style of the review page',
      params: z.object({ name: z.string() }),
      answers: { 200: { media: 'text/javascript', description: 'Script or style' } },
      handle: async ({ params, reply }) => {
        page ??= pageIn(folder)
        const found = page?.assets.get(params.name)
        if (!found) throw notFound('file')
        const type = media[params.name.slice(params.name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
        return reply
          .type(`${type}; charset=utf-8`)
          .header('cache-control', 'public, max-age=31536000, immutable')
          .send(found)
      },
    }),
  ]
}
