import { Grid } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '@/components/Links'
import { RankList } from '@/components/RankList'
import { Section } from '@/components/Section'
import { useFormat } from '@/lib/format'
import type { Numbers, Sight } from './queries'

/** Where most calls went. */
export function Ranks({ of: seen, sight }: { of: Numbers; sight: Sight }) {
  const { t } = useTranslation()
  const format = useFormat()
  const whose = sight === 'own' ? ('own' as const) : undefined
  const models = seen.by_model.map(({ model_name: model, request_count: amount }) => ({
    id: model,
    name: (
      <LinkAnchor to="/logs" search={{ model, whose }} c="inherit" size="sm">
        {model}
      </LinkAnchor>
    ),
    amount,
    text: format.number(amount),
  }))
  const providers = seen.by_provider.map(
    ({ provider_id: id, provider_name: name, request_count: amount }) => ({
      id: String(id),
      name:
        name === '' ? (
          t('dashboard.gone')
        ) : (
          <LinkAnchor to="/logs" search={{ provider: name }} c="inherit" size="sm">
            {name}
          </LinkAnchor>
        ),
      amount,
      text: format.number(amount),
    }),
  )
  const width = { base: 12, md: sight === 'all' ? 6 : 12 }
  return (
    <Grid>
      <Grid.Col span={width}>
        <Section title={t('dashboard.byModel')}>
          <RankList rows={models} />
        </Section>
      </Grid.Col>
      {sight === 'all' && (
        <Grid.Col span={width}>
          <Section title={t('dashboard.byProvider')}>
            <RankList rows={providers} />
          </Section>
        </Grid.Col>
      )}
    </Grid>
  )
}
