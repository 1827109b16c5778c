import { spawnSync } from 'node:child_process'
import { type Browser, chromium } from 'playwright-core'

const found = spawnSync(
  'sh',
  ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'],
  {
    encoding: 'utf8',
  },
).stdout.trim()

/** Where the browser is; null: there is none, and the tests that need one are skipped. `npm test` installs Debian's where it may. */
export const chromiumPath: string | null = found === '' ? null : found

export const openChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath ?? '', args: ['--disable-gpu', '--disable-dev-shm-usage'] })
