import type { Raster } from './raster.ts'

/** A page's picture, and which part of the page it shows (fractions of the page as shown). */
export type PagePicture = { readonly raster: Raster; readonly place: readonly [number, number, number, number] }
