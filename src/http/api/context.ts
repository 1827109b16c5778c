import type { Logger } from '../../queue/index.ts'
import type { Store } from '../../store/index.ts'
import type { PageImageService } from '../page-images.ts'
import type { SearchableCopies } from '../searchable-copies.ts'
import type { SignOn } from '../sign-on.ts'
import type { Site } from './origin.ts'
import type { Authenticate } from './who.ts'

/** What the routes work with. */
export type ApiContext = {
  readonly store: Store
  readonly images: PageImageService
  readonly copies: SearchableCopies
  readonly log: Logger
  readonly now: () => Date
  readonly authenticate: Authenticate
  readonly site: Site
  /** Where people may sign in elsewhere; null: here alone. */
  readonly signOn: SignOn | null
  /** A session in which nothing was done for so long is locked, in milliseconds. */
  readonly idleMs: number
  /** The API's own description: OpenAPI 3.1. */
  readonly description: () => object
}
