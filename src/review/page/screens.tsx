import type { FunctionComponent } from 'preact'
import type { Role } from '../../model/index.ts'
import { Administration } from './administration/administration.tsx'
import { Cut } from './cut/cut.tsx'
import { History } from './history/history.tsx'
import { Intake } from './intake/intake.tsx'
import { Letter } from './letter/letter.tsx'
import { Blind } from './quality/blind.tsx'
import { Quality } from './quality/samples.tsx'
import { Records } from './records.tsx'
import { Sheet } from './sheet/sheet.tsx'
import { WorkScreen } from './work.tsx'

export type Screen = {
  /** Its part of the address after `#/`; what follows it there is the `id`. */
  readonly to: string
  /** In the bar; null: one comes here from another screen. */
  readonly name: string | null
  /** Who is shown the way to it. What somebody may see and do is the server's to say. */
  readonly roles: readonly Role[]
  readonly show: FunctionComponent<{ readonly id: string }>
}

/** Every screen, in the order of the bar. */
export const screens: readonly Screen[] = [
  { to: 'work', name: 'Work', roles: ['reviewer', 'lead', 'physician'], show: WorkScreen },
  { to: 'letter', name: null, roles: ['reviewer', 'lead', 'physician'], show: Letter as Screen['show'] },
  { to: 'records', name: 'Records', roles: ['reviewer', 'lead', 'physician'], show: Records },
  { to: 'history', name: null, roles: ['reviewer', 'lead', 'physician'], show: History as Screen['show'] },
  { to: 'sheet', name: null, roles: ['reviewer', 'lead'], show: Sheet },
  { to: 'cut', name: null, roles: ['reviewer', 'lead', 'physician'], show: Cut },
  { to: 'intake', name: 'Intake', roles: ['operator', 'reviewer', 'lead'], show: Intake },
  { to: 'quality', name: 'Quality', roles: ['reviewer', 'lead'], show: Quality },
  { to: 'blind', name: null, roles: ['reviewer', 'lead'], show: Blind },
  { to: 'administration', name: 'Administration', roles: ['admin'], show: Administration },
]

/** The screens that somebody with these roles is shown. */
export const screensFor = (roles: readonly Role[]): readonly Screen[] =>
  screens.filter((screen) => screen.roles.some((role) => roles.includes(role)))
