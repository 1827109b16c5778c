import { describe, expect, it } from 'vitest'
import type { Category } from '../../../../src/model/index.ts'
import { describeRequest } from '../../../../src/normalize/determination/request/index.ts'

const categoryOf = (wording: string, associated = false) => describeRequest(wording, { associated }).category.value

describe('the category of a request', () => {
  const examples: Readonly<Record<Category, readonly string[]>> = {
    acupuncture: ['Acupuncture with infrared heat', 'Electro-acupuncture 2x4', 'Referral to acupuncturist 2 x 4'],
    chiropractic: [
      'Chiropractic care 2x6',
      'Spinal manipulation 1x8',
      'Referral to chiropractor for evaluation, three times a week for 4 weeks',
    ],
    'physical-therapy': [
      'PT 2x6',
      'Physiotherapy',
      'Physical therapy evaluation and treatment',
      'Ultrasound 2 times 5',
      'Physical/occupational therapy 2 x 6',
    ],
    'occupational-therapy': ['Hand therapy x12', 'OT for the right hand'],
    massage: ['Myofascial release 3x4 for right elbow', 'Deep tissue massage'],
    'work-hardening': ['Work hardening x9 sessions', 'Work conditioning program'],
    'aquatic-therapy': ['Pool therapy 2x4', 'Aquatic physical therapy'],
    'functional-restoration': [
      'Functional restoration program, 20 sessions',
      'Interdisciplinary pain program evaluation',
    ],
    'home-exercise-or-gym': ['Gym membership 6 months', 'Home exercise kit'],
    electrotherapy: ['TENS unit', 'H-wave purchase', 'Electrical stimulation 2 times 5', 'Interferential unit'],
    shockwave: ['ESWT x 3', 'Extracorporeal shock wave therapy'],
    'infrared-or-laser': ['Infrared therapy 2x6', 'Low level laser'],
    traction: ['Home cervical traction unit', 'Non-surgical decompression 2x4'],
    dme: ['Lumbar brace', 'Hospital bed', 'Bone growth stimulator', 'Hearing aids', 'Ergonomic chair'],
    'imaging-mri': ['MRI of the right knee', 'MR arthrogram left shoulder', 'Magnetic resonance imaging'],
    'imaging-xray': ['X-rays of the lumbar spine', 'Plain films, pelvis'],
    'imaging-ct': ['CT scan of the head', 'CT myelogram'],
    'imaging-other': ['Three phase bone scan', 'Diagnostic ultrasound of the shoulder', 'Ultrasound left ankle'],
    electrodiagnostic: ['EMG/NCV of the upper extremities', 'SSEP', 'Nerve conduction study'],
    injection: [
      'Cervical spine epidural injection at C6-7 under fluoroscopy',
      'Toradol 60mg IM injection',
      'Synvisc-One',
      'Medial branch block',
      'Ultrasound guided injection',
      'Radiofrequency ablation L3-4',
    ],
    surgery: [
      'Right knee arthroscopy',
      'Carpal tunnel release',
      'ACDF C5-6',
      'Spinal cord stimulator trial',
      'Trapeziectomy',
    ],
    'surgical-associated': [
      'Post-operative physical therapy 2x6',
      'Pre-operative EKG',
      'Assistant surgeon',
      'Medical clearance',
      'Associated surgical service: sling',
    ],
    'drug-opioid': ['Norco 10/325', 'Butrans patch', 'Tylenol #3', 'Nucynta ER 100mg', 'Fentanyl patches 25 mcg'],
    'drug-nsaid': ['Anaprox DS 550mg #60', 'Diclofenac/misoprostol 75-0.2mg', 'Duexis #90'],
    'drug-muscle-relaxant': ['Fexmid 7.5mg', 'Soma 350mg', 'Tizanidine 4 mg'],
    'drug-ppi-h2': ['Prilosec 20mg', 'Dexilant', 'Zantac 150 mg'],
    'drug-topical': [
      'Terocin patches',
      'Voltaren gel 1%',
      'Flurbiprofen 20%, Baclofen 2% in cream base',
      'Gabapentin 10% 240 grams',
      'Topical compound cream',
    ],
    'drug-antiepileptic': ['Lyrica 75mg', 'Gralise'],
    'drug-antidepressant': ['Cymbalta 30 mg', 'Trazodone 50mg'],
    'drug-sedative': ['Ambien 10mg', 'Xanax', 'Lorazepam 1 mg'],
    'drug-other': ['Theramine #90', 'Sentra PM', 'GABAdone #60', 'Zofran 4mg', 'Fioricet', 'Colace'],
    'urine-drug-test': ['Urine drug screen', 'Urine toxicology', '10 panel UDS'],
    'lab-test': ['CBC', 'Labs: CMP, A1C', 'Urinalysis', 'Genetic testing for narcotic risk', 'Vitamin D level'],
    'functional-capacity-evaluation': ['FCE', 'Functional capacity evaluation'],
    'range-of-motion-or-strength-test': ['Computerized ROM testing', 'Muscle strength testing'],
    consultation: [
      'Physical exam 3 times 4',
      'Follow-up visit x 3',
      'Consultation with a surgeon for knee arthroscopy',
      'Pain management consult for epidural steroid injection',
      'Transfer of care to pain management',
      'Psychiatric consultation',
    ],
    psychological: ['CBT 6 sessions', 'Neuropsychological testing', 'Psych evaluation', 'Biofeedback'],
    'home-health': ['Home health aide 4 hours a day', 'In-home assistance'],
    transportation: ['Transportation to appointments'],
    'inpatient-or-facility': ['Inpatient stay 2 days', 'Skilled nursing facility'],
    other: ['Electroencephalogram', 'Sleep study', 'Weight loss program', 'Quxly'],
  }
  for (const [category, wordings] of Object.entries(examples))
    it.each(wordings)(`of "%s" is ${category}`, (wording) => expect(categoryOf(wording)).toBe(category))

  it.each<[string, Category]>([
    ['Physica1 therapv 2x6', 'physical-therapy'],
    ['Chlropractic treatment', 'chiropractic'],
    ['MR1 of the knee', 'imaging-mri'],
    ['Acupuncture12 sessions', 'acupuncture'],
    ['physicaltherapy', 'physical-therapy'],
    ['Cyclobenzaprlne 7.5mg', 'drug-muscle-relaxant'],
    ['epidura1 stero1d injectlon', 'injection'],
    ['urlne drug screen', 'urine-drug-test'],
  ])('is read through the damage of "%s"', (wording, category) => expect(categoryOf(wording)).toBe(category))

  it('is surgical-associated for whatever the letter lists under a surgery, except the surgery itself', () => {
    expect(categoryOf('Cold therapy unit', true)).toBe('surgical-associated')
    expect(categoryOf('Right knee arthroscopy', true)).toBe('surgery')
  })

  it('says by which rule it was found and how sure it is', () => {
    const named = describeRequest('MRI of the knee', { associated: false }).category
    expect(named.rule).toBe('category.imaging.mri')
    const unknown = describeRequest('Quxly', { associated: false }).category
    expect(unknown.rule).toBe('category.none-named')
    expect(unknown.confidence).toBeLessThan(named.confidence)
  })
})
