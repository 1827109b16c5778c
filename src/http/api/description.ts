import { z } from 'zod'
import { roleSchema } from '../../model/index.ts'
import { type AnyRoute, route } from './route.ts'
import { scopes } from './who.ts'

const everyone = [...roleSchema.options, ...scopes]

/** What the API says of itself, for who is signed in: to strangers it is a list of doors. */
export const descriptionRoutes: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: '/openapi.json',
    roles: everyone,
    summary: 'This description of the API: OpenAPI 3.1',
    answers: { 200: z.unknown() },
    handle: async ({ context, reply }) => reply.type('application/json').send(JSON.stringify(context.description())),
  }),
  route({
    method: 'GET',
    path: '/docs',
    outside: true,
    roles: everyone,
    summary: 'The API in words, for people',
    answers: { 200: { media: 'text/html', description: 'A page' } },
    handle: async ({ context, reply }) => reply.type('text/html; charset=utf-8').send(pageOf(context.description())),
  }),
]

type Operation = { readonly summary?: string; readonly description?: string }
type Description = { readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

/** Every operation with its summary and who may call it; its exact shapes are in openapi.json. */
function pageOf({ paths = {} }: Description): string {
  const rows = Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, { summary = '', description = '' }]) =>
          `<tr><td><code>${escaped(`${method.toUpperCase()} ${path}`)}</code></td><td>${escaped(summary)}</td><td>${escaped(description)}</td></tr>`,
      ),
    )
    .join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>The API of imr</title></head>
<body><main><h1>The API of imr</h1>
<p>Exact shapes: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). Errors are <code>application/problem+json</code> (RFC 9457).</p>
<table><thead><tr><th scope="col">Call</th><th scope="col">What it does</th><th scope="col">Who may</th></tr></thead>
<tbody>
${rows}
</tbody></table></main></body></html>
`
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
