import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import cookie from '@fastify/cookie'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageRoutes } from '../../../src/http/api/page.ts'
import { api } from '../../../src/http/api/register.ts'
import { openLog } from '../../../src/queue/index.ts'

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'imr-page-'))
  const { putPage } = (await import(new URL('../../../scripts/page.mjs', import.meta.url).href)) as {
    putPage: (outdir: string) => unknown
  }
  putPage(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function serving(from: string) {
  const app = Fastify()
  await app.register(cookie)
  const site = { origin: null, isPublic: false }
  const context = {
    log: openLog('test'),
    site,
    authenticate: async () => ({ code: 'signed-out', detail: 'sign in' }),
  } as never
  await app.register(api({ context, routes: pageRoutes(from) }))
  await app.ready()
  return (url: string) => app.inject({ url, headers: { host: '127.0.0.1:80' } })
}

describe('the review page', () => {
  it('is served with nothing inline, its assets by names that a browser may keep for ever', async () => {
    const get = await serving(folder)
    const page = await get('/')
    expect(page.headers['cache-control']).toBe('no-cache')
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
    expect(page.headers['content-security-policy']).not.toContain('unsafe')
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|https?:/)
    const assets = [...page.body.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map((m) => m[1])
    expect(assets).toHaveLength(2)
    for (const name of assets) {
      const asset = await get(`/${name}`)
      expect([asset.statusCode, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
      expect(asset.headers['content-type']).toMatch(/^text\/(javascript|css)/)
    }
  })

  it.each([
    '/assets/..%2findex.html',
    '/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/assets/index.html',
    '/assets/__proto__',
  ])('gives nothing else of the disk: %s', async (url) => {
    const get = await serving(folder)
    expect((await get(url)).statusCode).toBe(404)
  })

  it('weighs at most 60 kB on the wire, and calls no other host', () => {
    const [script = ''] = readdirSync(folder).filter((name) => name.endsWith('.js'))
    const text = readFileSync(join(folder, script))
    expect(gzipSync(text).length).toBeLessThanOrEqual(60_000)
    expect(
      [...text.toString().matchAll(/https?:\/\/[\w.]+/g)].map((m) => m[0]).filter((u) => !u.includes('w3.org')),
    ).toEqual([])
  })

  it('says how to build it where it is not built', async () => {
    const get = await serving(join(folder, 'nothing'))
    const answer = await get('/')
    expect([answer.statusCode, answer.json().detail]).toEqual([404, expect.stringContaining('npm run build')])
  })
})
