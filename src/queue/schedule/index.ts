export { nextDue, type Schedule, scheduleSchema } from './schedule.ts'
export { type SchedulerWork, startScheduler, storedSchedules, tick } from './scheduler.ts'
export { startOfDay, wallClock, wallText } from './wall-clock.ts'
export { isInside, NoWindow, nextClosing, nextOpening, parseWindow, type Window, windowText } from './window.ts'
