import { describe, expect, it } from 'vitest'
import { chooseGuideline, needsBodyPart } from '../../../src/decide/guidelines/choose.ts'
import type { Category, Region } from '../../../src/model/index.ts'
import { aRequested, library } from '../a-request.ts'

const chosen = (request: string, category: Category, regions: readonly Region[] = []) =>
  chooseGuideline(aRequested({ request, category, regions }), library)?.id ?? null

describe('the guideline for a request', () => {
  it.each<[string, Category, readonly Region[], string | null]>([
    ['MRI of the lumbar spine without contrast', 'imaging-mri', ['low-back'], 'mri-lumbar'],
    ['Cervical spine MRI', 'imaging-mri', ['neck'], 'mri-cervical'],
    ['MRI thoracic spine', 'imaging-mri', ['thoracic'], 'mri-thoracic'],
    ['MR arthrogram of the left shoulder', 'imaging-mri', ['shoulder'], 'mri-shoulder'],
    ['MRI right knee', 'imaging-mri', ['knee'], 'mri-knee'],
    ['MRI of the left wrist', 'imaging-mri', ['wrist'], 'mri-wrist-hand-elbow'],
    ['MRI of the right hip', 'imaging-mri', ['hip'], 'mri-hip'],
    ['MRI ankle', 'imaging-mri', ['ankle'], 'mri-ankle-foot'],
    ['MRI of the brain', 'imaging-mri', ['head'], 'mri-brain'],
    ['MRI', 'imaging-mri', [], null],
    ['Physical therapy 2x6 for the neck', 'physical-therapy', ['neck'], 'physical-therapy'],
    ['Therapeutic ultrasound', 'physical-therapy', [], 'ultrasound-therapeutic'],
    ['Voltaren gel 1%', 'drug-topical', [], 'topical-nsaid'],
    ['Lidoderm 5% #30', 'drug-topical', [], 'lidocaine-patch'],
    ['Flurbiprofen 20% / baclofen 5% cream', 'drug-topical', [], 'topical-compound'],
    ['LidoPro ointment', 'drug-topical', [], 'topical-compound'],
    ['Some unknown cream', 'drug-topical', [], 'topical-compound'],
    ['Methyl salicylate patch', 'drug-topical', [], 'topical-salicylate'],
    ['Capsaicin cream', 'drug-topical', [], 'capsaicin'],
    ['Omeprazole 20mg #60', 'drug-ppi-h2', [], 'ppi-h2'],
    ['Norco 10/325', 'drug-opioid', [], 'opioids'],
    ['Soma 350mg', 'drug-muscle-relaxant', [], 'carisoprodol'],
    ['Robaxin 750mg', 'drug-muscle-relaxant', [], 'muscle-relaxants'],
    ['EMG/NCV bilateral upper extremities', 'electrodiagnostic', ['upper-extremity'], 'emg-ncv-upper'],
    ['EMG of the bilateral lower extremities', 'electrodiagnostic', ['lower-extremity'], 'emg-ncv-lower'],
    ['NCV of the right lower extremity', 'electrodiagnostic', ['lower-extremity'], 'ncs-lower'],
    ['Associated surgical service: Assistant surgeon', 'surgical-associated', [], 'surgical-assistant'],
    ['Associated surgical service: cold therapy unit', 'surgical-associated', [], 'cold-therapy-unit'],
    ['Pre-operative medical clearance', 'surgical-associated', [], 'preoperative-clearance'],
    ['Post-operative physical therapy 2x6', 'surgical-associated', ['knee'], 'postoperative-physical-medicine'],
    ['Associated surgical service: crutches', 'surgical-associated', [], 'associated-service'],
    ['Myofascial release 2x8', 'massage', ['knee'], 'massage-myofascial'],
    ['Cranial remodeling', 'other', [], null],
  ])('%s (%s): %j → %s', (request, category, regions, expected) => {
    expect(chosen(request, category, regions)).toBe(expected)
  })

  it('goes by what a drug is made of, too', () => {
    const drug = {
      name: 'Ultracet',
      strength: null,
      quantity: 60,
      refills: null,
      ingredients: [{ name: 'tramadol', strength: '37.5mg' }],
    }
    expect(chooseGuideline(aRequested({ request: 'Ultracet #60', category: 'drug-opioid', drug }), library)?.id).toBe(
      'opioids',
    )
  })

  it('is none for a service that could not be told', () => {
    const service = aRequested({ request: 'x', category: 'other' })
    expect(
      chooseGuideline({ ...service, category: { ...service.category, value: null, status: 'missing' } }, library),
    ).toBeNull()
  })

  it('knows when a part of the body is needed to choose', () => {
    expect(needsBodyPart(aRequested({ request: 'MRI', category: 'imaging-mri' }), library)).toBe(true)
    expect(needsBodyPart(aRequested({ request: 'Norco', category: 'drug-opioid' }), library)).toBe(false)
  })
})
