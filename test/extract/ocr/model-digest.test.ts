import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modelDigest } from '../../../src/extract/ocr/model-digest.ts'
import { testFolder } from '../../fixtures/folder.ts'

describe('the digest of a model', () => {
  it('is that of the file that lies there now, also when another one took its place', async () => {
    const path = join(await testFolder(), 'eng.traineddata')
    await writeFile(path, 'one model')
    const one = await modelDigest(path)
    expect(one).toMatch(/^[0-9a-f]{12}$/)
    expect(await modelDigest(path)).toBe(one)
    await rm(path)
    await writeFile(path, 'another')
    expect(await modelDigest(path)).not.toBe(one)
    await rm(path)
    expect(await modelDigest(path)).toBe('missing')
    await writeFile(path, 'one model')
    expect(await modelDigest(path)).toBe(one)
  })
})
