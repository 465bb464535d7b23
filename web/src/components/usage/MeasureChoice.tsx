import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { MEASURES, type Measure } from './measures'

interface Props {
  value: Measure
  onChange: (measure: Measure) => void
}

/** What to measure. */
export function MeasureChoice({ value, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('usage.measure')}
      value={value}
      data={MEASURES.map((each) => ({ value: each, label: t(`usage.measures.${each}`) }))}
      onChange={onChange}
    />
  )
}
