import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { urlOf } from '../../../src/http/api/register.ts'
import { apiRoutes } from '../../../src/http/api/routes.ts'
import { roleSchema } from '../../../src/model/index.ts'
import { signedIn } from '../../fixtures/people.ts'
import { aServer, engines, redisUrl } from '../a-server.ts'

/** Signs that a store cannot keep: one engine refuses them, the other changes them. */
const UNKEEPABLE = ['nul\0byte', 'half \ud800 of a pair', 'the other half \udc00']

type Schema = { readonly properties?: Readonly<Record<string, unknown>> }
/** The keys of a body at its top, as the route describes it. */
const keysOf = (body: z.ZodType): readonly string[] =>
  Object.keys((z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as Schema).properties ?? {})

describe.skipIf(redisUrl === null).each(engines)('text that no store can keep, on %s', (_, databaseUrl) => {
  it('is refused by every route that takes any, wherever it stands, and never by a failure of ours', async () => {
    const { server, store } = await aServer({ databaseUrl: await databaseUrl() })
    const { call } = await signedIn({ url: server.url, store }, 'everybody', [...roleSchema.options])
    const failed: string[] = []
    let refused = 0
    for (const one of apiRoutes.filter((r) => r.roles !== 'anyone' && r.path !== '/session')) {
      const path = urlOf(one).replaceAll(/:[A-Za-z]+/g, 'f'.repeat(64))
      for (const text of UNKEEPABLE) {
        const keys = one.body && one.method !== 'GET' ? keysOf(one.body) : []
        const bodies = keys.map((key) => Object.fromEntries(keys.map((k) => [k, k === key ? text : 'x'])))
        for (const body of bodies.length > 0 ? bodies : [undefined]) {
          const answer = await call(one.method, path, body)
          if (answer.status >= 500) failed.push(`${one.method} ${one.path}: ${answer.status}`)
          if (answer.status === 422 && (await answer.text()).includes('unkeepable-text')) refused++
        }
      }
    }
    expect(failed).toEqual([])
    expect(refused).toBeGreaterThan(0)
  })

  it('is refused with its places, in a body and in a query', async () => {
    const { server, store } = await aServer({ databaseUrl: await databaseUrl() })
    const { call } = await signedIn({ url: server.url, store }, 'everybody', [...roleSchema.options])
    const said = async (answer: Response) => {
      const { code, errors } = (await answer.json()) as { code: string; errors: { place: string }[] }
      return [answer.status, code, errors.map(({ place }) => place)]
    }
    const letter = `${'f'.repeat(64)}-p1`
    expect(await said(await call('GET', '/api/v1/cases?q=a%00b'))).toEqual([422, 'unkeepable-text', ['query/q']])
    const comment = await call('POST', `/api/v1/cases/${letter}/comments`, { text: 'half \ud800' })
    expect(await said(comment)).toEqual([422, 'unkeepable-text', ['body/text']])
  })
})
