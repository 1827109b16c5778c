export { type Answer, type Question, wrongAnswer } from './quality/questions.ts'
export { type QualityReport, qualityReport, toSettle } from './quality/report.ts'
export { drawLetters, keepAnswers, openSample } from './quality/sampling.ts'
export { apart, nextTask } from './quality/tasks.ts'
