import { Badge, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Destination } from '@/components/Destination'
import { Section } from '@/components/Section'
import { useExplain } from '@/lib/errors'
import { type Tested, wayOf } from './queries'
import classes from './Rules.module.css'
import { SampleForm } from './SampleForm'
import { previewOf, type SampleValues } from './sample'

const PAUSE_MS = 350

interface Props {
  values: SampleValues
  onChange: (part: Partial<SampleValues>) => void
  tested: Tested | undefined
  /** Whether the text says something else than what is in force. */
  isDirty: boolean
}

/** A made-up call, what the rules say of it, and where it would go. */
export function Trial({ values, onChange, tested, isDirty }: Props) {
  const { t } = useTranslation()
  return (
    <Stack gap="lg">
      <Section title={t('rules.try')} about={t('rules.tryAbout')}>
        <SampleForm values={values} onChange={onChange} />
        {tested && <Verdicts of={tested} />}
      </Section>
      <Section title={t('routes.way')} about={isDirty ? t('rules.wayStored') : t('routes.wayHint')}>
        {values.model === '' ? (
          <Text size="sm" c="dimmed">
            {t('rules.noModel')}
          </Text>
        ) : (
          <Way values={values} />
        )}
      </Section>
    </Stack>
  )
}

function Way({ values }: { values: SampleValues }) {
  const explain = useExplain()
  const [calm] = useDebouncedValue(values, PAUSE_MS)
  const found = useQuery(wayOf(previewOf(calm)))
  if (found.isError) {
    return (
      <Text size="sm" c="red" role="alert">
        {explain(found.error)}
      </Text>
    )
  }
  return found.data ? <Destination of={found.data} /> : null
}

function Verdicts({ of: tested }: { of: Tested }) {
  const { t } = useTranslation()
  const first = tested.rules.findIndex((rule) => rule.concerns && rule.holds === true)
  return (
    <Stack gap="xs" aria-live="polite">
      <Text size="sm" fw={550}>
        {tested.decides == null ? t('rules.noneDecides') : t('rules.decides', { name: tested.decides })}
      </Text>
      <ol className={classes.verdicts}>
        {tested.rules.map((rule, index) => (
          <li key={`${index} ${rule.name}`} className={classes.verdict} data-decides={index === first}>
            <span className={classes.name}>{rule.name}</span>
            <Verdict of={rule} />
          </li>
        ))}
      </ol>
    </Stack>
  )
}

function Verdict({ of: rule }: { of: Tested['rules'][number] }) {
  const { t } = useTranslation()
  if (rule.error != null) return <Badge color="red">{t('rules.wrong')}</Badge>
  if (!rule.concerns) return <Badge color="gray">{t('rules.otherModels')}</Badge>
  if (rule.holds === true) return <Badge color="teal">{t('rules.holds')}</Badge>
  return <Badge color="gray">{t('rules.holdsNot')}</Badge>
}
