import { ActionIcon, Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { IconArrowRight, IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Section } from '@/components/Section'
import { useExplain } from '@/lib/errors'
import { newId } from '@/lib/ids'
import classes from './Aliases.module.css'
import { type Provider, useWriteAliases } from './queries'

/** Public names of models that are called otherwise at a provider. */
export function Aliases({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const write = useWriteAliases(provider.id)
  const isFile = provider.origin === 'file'
  const form = useForm({ initialValues: { pairs: pairsOf(provider.model_alias_mapping) } })
  const saved = () => {
    form.resetDirty()
    notifications.show({ message: t('common.saved') })
  }
  const submit = form.onSubmit(({ pairs }) =>
    write.mutate(Object.fromEntries(pairs.map(({ name, target }) => [name.trim(), target.trim()])), {
      onSuccess: saved,
    }),
  )
  return (
    <Section title={t('providers.aliases.title')} about={t('providers.aliases.about')}>
      <form onSubmit={submit}>
        <Stack gap="xs">
          {write.error && <Alert color="red">{explain(write.error)}</Alert>}
          {form.values.pairs.length === 0 && (
            <Text size="sm" c="dimmed">
              {t('providers.aliases.none')}
            </Text>
          )}
          {form.values.pairs.map((pair, index) => (
            <Group key={pair.key} gap="xs" wrap="nowrap">
              <TextInput
                aria-label={t('providers.aliases.name')}
                placeholder={t('providers.aliases.name')}
                className={classes.field}
                disabled={isFile}
                {...form.getInputProps(`pairs.${index}.name`)}
              />
              <IconArrowRight size={16} className={classes.arrow} aria-hidden />
              <TextInput
                aria-label={t('providers.aliases.target')}
                placeholder={t('providers.aliases.target')}
                className={classes.field}
                disabled={isFile}
                {...form.getInputProps(`pairs.${index}.target`)}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                disabled={isFile}
                aria-label={t('common.delete')}
                onClick={() => form.removeListItem('pairs', index)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          ))}
          {!isFile && (
            <Group gap="xs" mt={4}>
              <Button
                variant="default"
                size="xs"
                leftSection={<IconPlus size={14} aria-hidden />}
                onClick={() => form.insertListItem('pairs', { key: newId(), name: '', target: '' })}
              >
                {t('providers.aliases.add')}
              </Button>
              {form.isDirty() && (
                <Button size="xs" type="submit" loading={write.isPending}>
                  {t('common.save')}
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  )
}

function pairsOf(aliases: Record<string, string>) {
  return Object.entries(aliases).map(([name, target]) => ({ key: name, name, target }))
}
