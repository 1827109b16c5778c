export { type Change, type Changes, changesSince } from './changes.ts'
export { cutDocument, type FileCuts, openCuts, WrongCut } from './cut.ts'
export type { Content } from './letter/active.ts'
export { EditRefused, ReadOtherwise } from './letter/check.ts'
export { standingOf } from './letter/view.ts'
export {
  changeLetter,
  DoubtsLeft,
  editLetter,
  openLetter,
  placeLetters,
  recordsOfLetter,
  reviewedOf,
  undoLetter,
  valueOfChosen,
} from './letters.ts'
export { type AsRead, asReadOf } from './quality/as-read.ts'
export { type Overview, overview } from './quality/overview.ts'
export { type Answer, type Question, wrongAnswer } from './quality/questions.ts'
export { type QualityReport, qualityReport, toSettle } from './quality/report.ts'
export { drawLetters, keepAnswers, type OpenSample, openSample, recordOf, takeTask } from './quality/sampling.ts'
export { apart, placesOf } from './quality/tasks.ts'
export { asReviewed, shownTo } from './records.ts'
export { confirmOnSheet, SHEET, sheetFields, sheetOf, undoOnSheet } from './sheets.ts'
