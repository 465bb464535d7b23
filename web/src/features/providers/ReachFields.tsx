import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  NumberInput,
  PasswordInput,
  SimpleGrid,
  Stack,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { newId } from '@/lib/ids'
import classes from './Aliases.module.css'
import { type ProviderForm, TIMEOUTS } from './values'

/** Headers that every call to a provider carries. */
export function HeaderFields({ form }: { form: ProviderForm }) {
  const { t } = useTranslation()
  return (
    <Fieldset legend={t('providers.headers')} variant="unstyled">
      <Stack gap="xs">
        {form.values.headers.map((header, index) => (
          <Group key={header.key} gap="xs" wrap="nowrap">
            <TextInput
              className={classes.field}
              aria-label={t('providers.headerName')}
              placeholder="x-organisation"
              {...form.getInputProps(`headers.${index}.name`)}
            />
            <PasswordInput
              className={classes.field}
              aria-label={t('providers.headerValue')}
              placeholder={header.key === header.name ? t('providers.stored') : t('providers.headerValue')}
              autoComplete="off"
              visibilityToggleButtonProps={{ 'aria-label': t('providers.showKey') }}
              {...form.getInputProps(`headers.${index}.value`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('providers.headerRemove', { name: header.name })}
              onClick={() => form.removeListItem('headers', index)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => form.insertListItem('headers', { key: newId(), name: '', value: '' })}
          >
            {t('providers.headerAdd')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  )
}

/** How long a provider may take. */
export function TimeoutFields({ form }: { form: ProviderForm }) {
  const { t } = useTranslation()
  return (
    <Fieldset legend={t('providers.timeouts')} variant="unstyled">
      <SimpleGrid cols={2} spacing="sm">
        {TIMEOUTS.map((name) => (
          <NumberInput
            key={name}
            label={t(`providers.timeoutOf.${name}`)}
            placeholder={t('providers.usual')}
            min={0.001}
            decimalScale={3}
            suffix=" s"
            hideControls
            value={form.values.timeouts[name]}
            onChange={(value) =>
              form.setFieldValue(`timeouts.${name}`, typeof value === 'number' ? value : '')
            }
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  )
}
