import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signOnOptions } from '../../src/cli/sign-on.ts'
import { testFolder } from '../fixtures/folder.ts'

const url = 'https://imr.example.org'
const least = { IMR_OIDC_ISSUER: 'https://sso.example.org/realms/clinic', IMR_OIDC_CLIENT_ID: 'imr' }

describe('the settings of signing in elsewhere', () => {
  it('are off when nothing is set, and sparing when little is', () => {
    expect([signOnOptions({}, url), signOnOptions({ IMR_OIDC_ISSUER: '', HOME: '/' }, undefined)]).toEqual([null, null])
    expect(signOnOptions(least, url)).toEqual({
      ...{ issuer: least.IMR_OIDC_ISSUER, clientId: 'imr', secret: null, scope: 'openid profile email' },
      ...{ nameClaim: 'preferred_username', roles: null, label: 'sso.example.org' },
    })
  })

  it('take the secret from a file, and groups whose names hold blanks and equals signs', async () => {
    const file = join(await testFolder(), 'secret')
    await writeFile(file, 'from the file\n')
    const found = signOnOptions(
      {
        ...least,
        IMR_OIDC_CLIENT_SECRET_FILE: file,
        IMR_OIDC_ROLES: 'CN=IMR Leads,OU=QA=lead, reviewer; imr-physicians = physician ;',
        IMR_OIDC_ROLES_CLAIM: 'member_of',
      },
      url,
    )
    expect(found?.secret).toBe('from the file')
    expect(found?.roles?.claim).toBe('member_of')
    expect([...(found?.roles?.given ?? [])]).toEqual([
      ['CN=IMR Leads,OU=QA', ['lead', 'reviewer']],
      ['imr-physicians', ['physician']],
    ])
  })

  it.each([
    [{ IMR_OIDC_CLIENT_ID: 'imr' }, url, 'IMR_OIDC_ISSUER'],
    [{ IMR_OIDC_CLIENT_SECRET: 'x' }, url, 'IMR_OIDC_ISSUER'],
    [{ ...least, IMR_OIDC_ISSUER: 'http://sso.example.org' }, url, 'https'],
    [{ ...least, IMR_OIDC_ISSUER: 'sso.example.org' }, url, 'https'],
    [least, undefined, '--url'],
    [{ ...least, IMR_OIDC_SCOPE: 'profile' }, url, 'openid'],
    [{ ...least, IMR_OIDC_ROLES: 'imr-leads=chief' }, url, 'the roles are operator'],
    [{ ...least, IMR_OIDC_ROLES: 'reviewer' }, url, 'a list like'],
    [{ ...least, IMR_OIDC_CLIENT_SECRET: 'x', IMR_OIDC_CLIENT_SECRET_FILE: '/x' }, url, 'both set'],
    [{ ...least, IMR_OIDC_CLIENT_SECRET_FILE: '/nowhere/secret' }, url, 'ENOENT'],
  ])('refuse %j at %s, and say what is wrong', (env, at, hint) => {
    expect(() => signOnOptions(env, at)).toThrow(hint)
  })
})
