import { auditRoutes } from './audit.ts'
import { cutRoutes } from './cuts.ts'
import { descriptionRoutes } from './description.ts'
import { documentListRoutes } from './documents.ts'
import { erasureRoutes } from './erasures.ts'
import { exportRoutes } from './exports.ts'
import { historyRoutes } from './history.ts'
import { holdRoutes } from './holds.ts'
import { letterRoutes } from './letters.ts'
import { imageRoutes } from './pages.ts'
import { peopleRoutes } from './people.ts'
import type { AnyRoute } from './route.ts'
import { sampleRoutes } from './samples.ts'
import { sessionRoutes } from './session.ts'
import { sheetRoutes } from './sheets.ts'
import { signOnRoutes } from './sign-on.ts'
import { workRoutes } from './work.ts'

/** Every route of the API: a file of routes each. */
export const apiRoutes: readonly AnyRoute[] = [
  ...sessionRoutes,
  ...signOnRoutes,
  ...peopleRoutes,
  ...letterRoutes,
  ...historyRoutes,
  ...documentListRoutes,
  ...workRoutes,
  ...sheetRoutes,
  ...auditRoutes,
  ...holdRoutes,
  ...erasureRoutes,
  ...exportRoutes,
  ...sampleRoutes,
  ...imageRoutes,
  ...cutRoutes,
  ...descriptionRoutes,
]
