import { DocumentFailure } from '../model/index.ts'

/** Parent and reader are not the same program: another version was put in the place of the one that is running. */
export function programReplaced(parent: string | undefined, reader: string | undefined): DocumentFailure {
  const older = 'an older version'
  return new DocumentFailure(
    'program-replaced',
    `the program was replaced while it ran: it is ${parent ?? older}, and its page reader is ${reader ?? older}. Start it again (systemctl restart, or end it and run it anew); nothing is lost`,
  )
}
