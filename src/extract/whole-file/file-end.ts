/**
 * What the bytes of a file say of its end. `there`: it is whole. `open`: it is whole as it stands, but nothing in it says that no
 * page follows. `begun`: something is written behind what is whole, which nothing in it leads to yet. `missing`: it says itself
 * that it has more bytes than are here.
 */
export type FileEnd = 'there' | 'open' | 'begun' | 'missing'
