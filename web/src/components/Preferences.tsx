import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { chooseLanguage, LANGUAGES } from '@/lib/i18n'

const NAMES = { en: 'English', 'zh-CN': '简体中文' }

interface Props {
  size?: 'xs' | 'sm'
}

/** The language of the pages. */
export function LanguageChoice({ size = 'xs' }: Props) {
  const { t, i18n } = useTranslation()
  return (
    <SegmentedControl
      fullWidth
      size={size}
      aria-label={t('account.language')}
      value={i18n.language}
      data={LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
      onChange={(value) => void chooseLanguage(value === 'zh-CN' ? 'zh-CN' : 'en')}
    />
  )
}

/** Light, dark, or as the system has it. */
export function ThemeChoice({ size = 'xs' }: Props) {
  const { t } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const data = [
    { value: 'light' as const, label: t('account.light') },
    { value: 'dark' as const, label: t('account.dark') },
    { value: 'auto' as const, label: t('account.auto') },
  ]
  return (
    <SegmentedControl
      fullWidth
      size={size}
      aria-label={t('account.theme')}
      value={colorScheme}
      data={data}
      onChange={setColorScheme}
    />
  )
}
