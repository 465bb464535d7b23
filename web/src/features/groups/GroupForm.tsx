import { Button, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { LimitFields, type LimitValues } from '@/components/LimitFields'
import { type Group, usePutGroup } from './queries'

interface Values extends LimitValues {
  name: string
  multiplier: string
  remark: string
}

const FACTOR = /^\d{1,6}(\.\d{1,6})?$/

function valuesOf(group: Group | 'new'): Values {
  if (group === 'new') {
    return {
      name: '',
      multiplier: '1',
      remark: '',
      requestsPerMinute: '',
      tokensPerMinute: '',
      concurrency: '',
    }
  }
  return {
    name: group.name,
    multiplier: group.multiplier,
    remark: group.remark,
    requestsPerMinute: group.limits.requests_per_minute ?? '',
    tokensPerMinute: group.limits.tokens_per_minute ?? '',
    concurrency: group.limits.concurrency ?? '',
  }
}

interface Props {
  of: Group | 'new'
  /** Names that are taken. */
  taken: string[]
  onDone: () => void
}

/** What a group pays, and how much it may ask for. */
export function GroupForm({ of: group, taken, onDone }: Props) {
  const { t } = useTranslation()
  const put = usePutGroup()
  const isNew = group === 'new'
  const form = useForm<Values>({
    initialValues: valuesOf(group),
    validate: {
      name: (name) => {
        if (name.trim() === '') return t('groups.nameMissing')
        // The API would change the group that has the name.
        return isNew && taken.includes(name.trim()) ? t('groups.nameTaken') : null
      },
      multiplier: (text) => (FACTOR.test(text.trim()) ? null : t('groups.factorBad')),
    },
  })
  const number = (value: number | '') => (value === '' ? null : value)
  const submit = form.onSubmit((values) => {
    const body = {
      multiplier: values.multiplier.trim(),
      remark: values.remark,
      limits: {
        requests_per_minute: number(values.requestsPerMinute),
        tokens_per_minute: number(values.tokensPerMinute),
        concurrency: number(values.concurrency),
      },
    }
    const saved = () => {
      notifications.show({ message: t('common.saved') })
      onDone()
    }
    put.mutate({ name: values.name.trim(), body }, { onSuccess: saved })
  })
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={put.error} />
        <TextInput
          label={t('groups.name')}
          withAsterisk
          disabled={!isNew}
          data-autofocus={isNew}
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('groups.factor')}
          description={t('groups.factorHint')}
          leftSection="×"
          inputMode="decimal"
          withAsterisk
          data-autofocus={!isNew}
          {...form.getInputProps('multiplier')}
        />
        <LimitFields form={form} />
        <Textarea label={t('groups.remark')} autosize minRows={2} {...form.getInputProps('remark')} />
        <Button type="submit" loading={put.isPending}>
          {isNew ? t('groups.create') : t('common.save')}
        </Button>
      </Stack>
    </form>
  )
}
