import { descriptionRoutes } from './description.ts'
import type { AnyRoute } from './route.ts'
import { sessionRoutes } from './session.ts'

/** Every route of the API: a file of routes each. */
export const apiRoutes: readonly AnyRoute[] = [...sessionRoutes, ...descriptionRoutes]
