import { rawPdf, stream, textPdf } from '../files.ts'
import { CATALOG, HELVETICA, type HostileFile, harmless, ONE_PAGE, onePage, page, textContent } from './hostile-file.ts'

const text = textContent(harmless)
const resources = `/Resources<<${HELVETICA}>>`
const onTextPage = (more: string, box?: string) => rawPdf([CATALOG, ONE_PAGE, page(resources + more, box), text])
/** A document of one harmless page, with something more in its catalog. */
const withCatalog = (more: string, further: readonly (string | Buffer)[] = []) =>
  rawPdf([`<</Type/Catalog/Pages 2 0 R${more}>>`, ONE_PAGE, page(resources), text, ...further])
/** The end of a PDF replaced: what stands after the last object. */
const withEnd = (end: string) => {
  const whole = rawPdf([CATALOG, ONE_PAGE, page(resources), text])
  return Buffer.concat([whole.subarray(0, whole.lastIndexOf('xref\n0')), Buffer.from(end)])
}
const pageTree = (count: number, kids: readonly string[]) => `<</Type/Pages/Kids[${kids.join(' ')}]/Count ${count}>>`

/** Every node of the page tree has ten times the next: `depth` small objects promise 10 ^ depth pages. */
function billionPages(depth: number): Buffer {
  const nodes = Array.from({ length: depth }, (_, i) =>
    pageTree(
      10 ** (depth - i),
      Array.from({ length: 10 }, () => `${i + 3} 0 R`),
    ),
  )
  const leaf = `<</Type/Page/Parent ${depth + 1} 0 R/MediaBox[0 0 612 792]${resources}/Contents ${depth + 3} 0 R>>`
  return rawPdf([CATALOG, ...nodes, leaf, text])
}

/** A page tree that is a rope: each node has one kid. */
function deepTree(depth: number): Buffer {
  const nodes = Array.from({ length: depth }, (_, i) => pageTree(1, [`${i + 3} 0 R`]))
  const leaf = `<</Type/Page/Parent ${depth + 1} 0 R/MediaBox[0 0 612 792]${resources}/Contents ${depth + 3} 0 R>>`
  return rawPdf([CATALOG, ...nodes, leaf, text])
}

function manyPages(count: number): Buffer {
  const kids = Array.from({ length: count }, (_, i) => `${i + 4} 0 R`)
  const leaf = `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 3 0 R${resources}>>`
  return rawPdf([CATALOG, pageTree(count, kids), text, ...kids.map(() => leaf)])
}

/** A cross-reference stream whose entries take no bytes and that promises billions of them. */
function endlessXref(): Buffer {
  const whole = withEnd('')
  const table = stream('/Type/XRef/Size 2147483647/Index[0 2147483647]/W[0 0 0]/Root 1 0 R', Buffer.from('x'))
  const end = Buffer.concat([
    Buffer.from('9 0 obj\n'),
    table,
    Buffer.from(`\nendobj\nstartxref\n${whole.length}\n%%EOF\n`),
  ])
  return Buffer.concat([whole, end])
}

async function locked(passwords: { ownerPassword: string; userPassword: string }): Promise<Buffer> {
  const pdf = await textPdf([harmless])
  pdf.encrypt(passwords)
  return Buffer.from(await pdf.save())
}

/** PDFs whose structure lies: loops, promises, boxes of any size, things that are not pages. */
export const lyingPdfs: readonly HostileFile[] = [
  {
    name: 'page-tree-loop.pdf',
    what: 'a page tree that is its own child',
    bytes: () => rawPdf([CATALOG, pageTree(1, ['2 0 R'])]),
    ends: ['damaged', 'no-pages'],
  },
  {
    name: 'page-tree-parents.pdf',
    what: 'two nodes of the page tree that are each other’s children',
    bytes: () => rawPdf([CATALOG, pageTree(1, ['3 0 R']), '<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>']),
    ends: ['damaged', 'no-pages'],
  },
  {
    name: 'billion-pages.pdf',
    what: '12 objects that promise 1,000,000,000 pages',
    bytes: () => billionPages(9),
    ends: ['too-large'],
  },
  {
    name: 'deep-page-tree.pdf',
    what: 'a page tree 20,000 levels deep',
    bytes: () => deepTree(20_000),
    ends: ['ok', 'damaged'],
  },
  {
    name: 'count-2e31.pdf',
    what: 'one page, /Count 2147483647',
    bytes: () => rawPdf([CATALOG, pageTree(2147483647, ['3 0 R']), page(resources), text]),
    ends: ['ok', 'too-large'],
  },
  {
    name: 'count-negative.pdf',
    what: 'one page, /Count -5',
    bytes: () => rawPdf([CATALOG, pageTree(-5, ['3 0 R']), page(resources), text]),
    ends: ['ok', 'damaged', 'no-pages'],
  },
  {
    name: '10000-pages.pdf',
    what: '10,000 pages of text',
    bytes: () => manyPages(10_000),
    ends: ['ok', 'time-limit'],
  },
  {
    name: '100000-pages.pdf',
    what: '100,000 pages of text',
    bytes: () => manyPages(100_000),
    // Which of the two comes first is the machine's matter.
    ends: ['too-large', 'time-limit'],
  },
  {
    name: '100000-objects.pdf',
    what: 'a page among 100,000 objects that nobody needs',
    bytes: () =>
      withCatalog(
        '',
        Array.from({ length: 100_000 }, (_, i) => `<</Nothing ${i}>>`),
      ),
    ends: ['ok'],
  },
  {
    name: 'zero-pages.pdf',
    what: 'no pages',
    bytes: () => rawPdf([CATALOG, pageTree(0, [])]),
    ends: ['no-pages'],
  },
  {
    name: 'xref-prev-loop.pdf',
    what: 'a cross-reference table that names itself as the one before it',
    bytes: () => {
      const whole = rawPdf([CATALOG, ONE_PAGE, page(resources), text])
      const at = whole.lastIndexOf('xref\n0')
      return Buffer.from(whole.toString('latin1').replace('/Root 1 0 R>>', `/Root 1 0 R/Prev ${at}>>`), 'latin1')
    },
    ends: ['ok'],
  },
  {
    name: 'xref-nowhere.pdf',
    what: 'startxref points behind the end of the file',
    bytes: () => withEnd('trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n999999999\n%%EOF\n'),
    ends: ['ok'],
  },
  {
    name: 'xref-endless.pdf',
    what: 'a cross-reference stream of 2,147,483,647 entries of no bytes each',
    bytes: endlessXref,
    ends: ['ok', 'damaged', 'time-limit', 'memory-limit'],
  },
  {
    name: 'reference-loop.pdf',
    what: 'a page whose content is a reference to itself',
    bytes: () => rawPdf([CATALOG, ONE_PAGE, page(resources), '4 0 R']),
    ends: ['unreadable', 'damaged'],
  },
  {
    name: 'nested-arrays.pdf',
    what: 'an array 1,000,000 levels deep in the catalog',
    bytes: () => withCatalog(`/Deep ${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`),
    ends: ['ok', 'damaged', 'internal'],
  },
  {
    name: 'repair-forever.pdf',
    what: '1,000,000 beginnings of objects and no cross-reference table',
    bytes: () => Buffer.from(`%PDF-1.4\n${'1 0 obj <</Type/Catalog '.repeat(1_000_000)}\n%%EOF`),
    ends: ['damaged', 'no-pages', 'time-limit', 'memory-limit'],
  },
  {
    name: 'zeros.pdf',
    what: '50 MB of zeros after the header',
    bytes: () => Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(50e6), Buffer.from('\n%%EOF')]),
    ends: ['damaged', 'no-pages', 'time-limit', 'memory-limit'],
  },
  {
    name: 'truncated.pdf',
    what: 'the first half of a PDF',
    bytes: () => {
      const whole = rawPdf([CATALOG, ONE_PAGE, page(resources), text])
      return whole.subarray(0, whole.length >> 1)
    },
    ends: ['damaged'],
  },
  {
    name: 'box-1e6.pdf',
    what: 'a page of 1,000,000 × 1,000,000 points',
    bytes: () => onTextPage('', '0 0 1000000 1000000'),
    ends: ['ok', 'unreadable'],
  },
  {
    name: 'box-1e38.pdf',
    what: 'a page of 1e38 × 1e38 points that is drawn on',
    bytes: () =>
      rawPdf([
        CATALOG,
        ONE_PAGE,
        page('', `0 0 1${'0'.repeat(38)} 1${'0'.repeat(38)}`),
        stream('', Buffer.from('0 0 900 900 re f')),
      ]),
    ends: ['unreadable'],
  },
  {
    name: 'box-thin.pdf',
    what: 'a page of 14,400 × 0.01 points that is drawn on',
    bytes: () => rawPdf([CATALOG, ONE_PAGE, page('', '0 0 14400 0.01'), stream('', Buffer.from('0 0 900 900 re f'))]),
    ends: ['unreadable'],
  },
  {
    name: 'box-none.pdf',
    what: 'a page box of no size',
    bytes: () => onTextPage('', '0 0 0 0'),
    ends: ['ok', 'unreadable'],
  },
  {
    name: 'box-inverted.pdf',
    what: 'a page box whose corners are swapped',
    bytes: () => onTextPage('', '612 792 0 0'),
    ends: ['ok'],
  },
  {
    name: 'user-unit.pdf',
    what: 'a UserUnit of 75,000: a page of 16 kilometres',
    bytes: () => onTextPage('/UserUnit 75000'),
    ends: ['ok'],
  },
  {
    name: 'user-unit-drawn.pdf',
    what: 'a drawing, and a UserUnit of 75,000',
    bytes: () => rawPdf([CATALOG, ONE_PAGE, page('/UserUnit 75000'), stream('', Buffer.from('72 72 300 300 re f'))]),
    ends: ['unreadable'],
  },
  {
    name: 'user-password.pdf',
    what: 'a user password',
    bytes: () => locked({ ownerPassword: 'owner', userPassword: 'secret' }),
    ends: ['encrypted'],
  },
  {
    name: 'owner-password.pdf',
    what: 'an owner password only, as every letter that the state publishes',
    bytes: () => locked({ ownerPassword: 'owner', userPassword: '' }),
    ends: ['ok'],
  },
  {
    name: 'unknown-security.pdf',
    what: 'encrypted by a handler that nobody knows',
    bytes: () =>
      Buffer.from(
        rawPdf([CATALOG, ONE_PAGE, page(resources), text])
          .toString('latin1')
          .replace('/Root 1 0 R>>', '/Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Nobody/V 9/R 9>>>>'),
        'latin1',
      ),
    ends: ['damaged', 'encrypted'],
  },
  {
    name: 'javascript.pdf',
    what: 'JavaScript that loops for ever, on opening and on the page',
    bytes: () =>
      withCatalog('/OpenAction<</S/JavaScript/JS(while \\(true\\) {})>>/AA<</WC<</S/JavaScript/JS(for\\(;;\\);)>>>>'),
    ends: ['ok'],
  },
  {
    name: 'launch.pdf',
    what: 'actions that start a program and open an address',
    bytes: () => withCatalog('/OpenAction<</S/Launch/F(/bin/sh)/Next<</S/URI/URI(http://127.0.0.1:9/)>>>>'),
    ends: ['ok'],
  },
  {
    name: 'embedded-files.pdf',
    what: '2,000 embedded files',
    bytes: () => {
      const names = Array.from({ length: 2000 }, (_, i) => `(f${i})<</Type/Filespec/F(f${i}.exe)/EF<</F 5 0 R>>>>`)
      return withCatalog(`/Names<</EmbeddedFiles<</Names[${names.join(' ')}]>>>>`, [
        stream('/Type/EmbeddedFile', Buffer.alloc(1e5, 'MZ')),
      ])
    },
    ends: ['ok'],
  },
  {
    name: 'xfa.pdf',
    what: 'an XFA form: what it shows is not on its page',
    bytes: () => {
      const xdp =
        '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"/></xdp:xdp>'
      return rawPdf([
        '<</Type/Catalog/Pages 2 0 R/NeedsRendering true/AcroForm<</Fields[]/XFA 5 0 R>>>>',
        ONE_PAGE,
        page(resources),
        textContent([
          'Please wait...',
          'If this message is not eventually replaced, your viewer cannot show this form.',
        ]),
        stream('', Buffer.from(xdp)),
      ])
    },
    ends: ['ok', 'unreadable'],
  },
  {
    name: 'annotations.pdf',
    what: '50,000 annotations on one page',
    bytes: () => onTextPage(`/Annots[${'<</Type/Annot/Subtype/Square/Rect[0 0 9 9]/C[1 0 0]>>'.repeat(50_000)}]`),
    ends: ['ok'],
  },
  {
    name: 'one-bad-page.pdf',
    what: 'a good page, and one that is an integer',
    bytes: () => rawPdf([CATALOG, pageTree(2, ['3 0 R', '5 0 R']), page(resources), text, '42']),
    ends: ['ok', 'unreadable'],
  },
  {
    name: 'empty-content.pdf',
    what: 'content that is said to be longer than the file',
    bytes: () => onePage(Buffer.from('<</Length 99999999>>\nstream\n0 0 300 300 re f\nendstream')),
    ends: ['unreadable', 'damaged'],
  },
]
