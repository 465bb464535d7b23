import { Button, FileButton, Menu, Stack, Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { IconArrowsExchange, IconDownload, IconUpload } from '@tabler/icons-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, type Schemas } from '@/lib/api'
import { useComplain } from '@/lib/errors'
import { saveFile } from '@/lib/files'
import { exportProviders, useImport } from './queries'

/** All providers as a file, and back. */
export function Transfer() {
  const { t } = useTranslation()
  const complain = useComplain()
  const load = useImport()
  const reset = useRef<() => void>(null)
  const take = async (file: File | null) => {
    reset.current?.()
    if (!file) return
    const providers = readProviders(await file.text())
    if (providers === null) {
      complain(new ApiError('not_an_export', 400, t('providers.notAnExport')))
      return
    }
    load.mutate(providers, { onSuccess: (done) => report(done), onError: complain })
  }
  const report = (done: Schemas['ImportView']) =>
    modals.open({
      title: t('providers.imported'),
      children: <Report of={done} />,
    })
  const give = () =>
    exportProviders().then((all) => saveFile('providers.json', JSON.stringify(all, null, 2)), complain)
  return (
    <FileButton accept="application/json,.json" resetRef={reset} onChange={(file) => void take(file)}>
      {(picker) => (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              variant="default"
              leftSection={<IconArrowsExchange size={16} aria-hidden />}
              loading={load.isPending}
            >
              {t('providers.transfer')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={() => void give()}>
              {t('providers.export')}
            </Menu.Item>
            <Menu.Item leftSection={<IconUpload size={16} aria-hidden />} onClick={picker.onClick}>
              {t('providers.import')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </FileButton>
  )
}

function Report({ of: done }: { of: Schemas['ImportView'] }) {
  const { t } = useTranslation()
  return (
    <Stack gap="xs">
      <Text size="sm">
        {t('providers.importedCounts', {
          created: done.created,
          updated: done.updated,
          skipped: done.skipped,
        })}
      </Text>
      {done.problems.map((problem) => (
        <Text key={problem.index} size="sm" c="red">
          {problem.name}: {problem.message}
        </Text>
      ))}
    </Stack>
  )
}

/** Reads an export: a list of providers, or an answer of the API that holds one. */
function readProviders(text: string): Schemas['ProviderInput'][] | null {
  try {
    const value: unknown = JSON.parse(text)
    const list = isObject(value) && 'data' in value ? value.data : value
    return Array.isArray(list) && list.every(isObject) ? list : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
