import { Alert, Badge, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { Facts } from '@/components/Facts'
import { Section } from '@/components/Section'
import type { Schemas } from '@/lib/api'
import { useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import classes from './Receipt.module.css'
import { callReceipt, type Sum } from './queries'
import { Remark } from './Remark'

const VERDICTS = { equal: 'teal', differs: 'red', nothing_to_recompute: 'gray' }

/** What a call cost and what was charged for it, line by line. */
export function Receipt({ call }: { call: string }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const found = useQuery(callReceipt(call))
  return (
    <Section
      title={t('logs.receipt')}
      about={t('logs.receiptHint')}
      actions={found.data && <Verdict of={found.data.verdict} />}
    >
      {found.isPending && <Skeleton height={120} />}
      {found.isError && (
        <Text size="sm" c="dimmed">
          {explain(found.error)}
        </Text>
      )}
      {found.data && <Content of={found.data} />}
    </Section>
  )
}

function Verdict({ of: verdict }: { of: string }) {
  const { t } = useTranslation()
  const known = verdict === 'equal' || verdict === 'differs' ? verdict : 'nothing_to_recompute'
  return <Badge color={VERDICTS[known]}>{t(`logs.verdicts.${known}`)}</Badge>
}

function Content({ of: receipt }: { of: Schemas['ReceiptView'] }) {
  const { t } = useTranslation()
  return (
    <Stack gap="lg">
      {receipt.findings.map((finding) => (
        <Alert key={finding.code} color="red">
          <Remark of={finding} />
        </Alert>
      ))}
      {receipt.charge && <SumOf title={t('logs.charged')} sum={receipt.charge} />}
      {receipt.cost && <SumOf title={t('logs.costToOperator')} sum={receipt.cost} />}
      {receipt.notes.map((note) => (
        <Text key={note.code} size="sm" c="dimmed">
          <Remark of={note} />
        </Text>
      ))}
    </Stack>
  )
}

function SumOf({ title, sum }: { title: string; sum: Sum }) {
  const { t } = useTranslation()
  const format = useFormat()
  const columns = useColumns()
  const money = (micros: number | null | undefined) =>
    typeof micros === 'number' ? format.exactMoney(micros) : '—'
  return (
    <Stack gap="sm">
      <Title order={3}>{title}</Title>
      <Facts
        facts={[
          { label: t('logs.recorded'), value: money(sum.recorded_micros) },
          { label: t('logs.computed'), value: money(sum.computed_micros) },
          {
            label: t('logs.priceOf'),
            value: <Source of={sum.price} />,
          },
          ...(sum.factors
            ? [
                {
                  label: t('logs.factors'),
                  value: `${sum.factors.group} × ${sum.factors.key} × ${sum.factors.request}`,
                },
              ]
            : []),
        ]}
      />
      {sum.lines.length > 0 && (
        <DataTable label={title} columns={columns} rows={sum.lines} rowId={(line) => line.class} />
      )}
      {sum.formula != null && <code className={classes.formula}>{sum.formula}</code>}
    </Stack>
  )
}

function useColumns(): Column<Schemas['LineView']>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'class', header: t('logs.class'), role: 'title', cell: (line) => <ClassName of={line.class} /> },
    {
      id: 'quantity',
      header: t('logs.quantity'),
      align: 'right',
      cell: (line) => format.number(line.quantity),
    },
    {
      id: 'rate',
      header: t('logs.rate'),
      align: 'right',
      cell: (line) => t('logs.perMillion', { price: format.money(line.rate_micros) }),
    },
    { id: 'amount', header: t('logs.amount'), align: 'right', cell: (line) => `$${line.amount_usd}` },
  ]
}

const CLASSES = [
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'input_audio',
  'input_image',
  'output',
  'reasoning',
  'output_audio',
  'output_image',
  'call',
  'second',
  'image',
] as const

function ClassName({ of: name }: { of: string }) {
  const { t } = useTranslation()
  const known = CLASSES.find((each) => each === name)
  return <>{known ? t(`logs.classes.${known}`) : name}</>
}

const SOURCES = ['operator', 'provider', 'builtin'] as const

function Source({ of: price }: { of: Sum['price'] }) {
  const { t } = useTranslation()
  if (!price) return <>—</>
  const known = SOURCES.find((each) => each === price.source)
  const words = known ? t(`logs.sources.${known}`) : price.source
  return <>{price.model == null ? words : `${words} · ${price.model}`}</>
}
