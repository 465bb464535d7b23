import { SimpleGrid, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '@/components/Page'
import { LanguageChoice, ThemeChoice } from '@/components/Preferences'
import { Section } from '@/components/Section'
import { AccessTokens } from './AccessTokens'
import { Details } from './Details'
import { PasswordForm } from './PasswordForm'
import { Sessions } from './Sessions'

/** One's own account. */
export function ProfilePage() {
  const { t } = useTranslation()
  return (
    <Page title={t('profile.title')} about={t('profile.about')}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Details />
        <PasswordForm />
      </SimpleGrid>
      <Sessions />
      <AccessTokens />
      <Section title={t('profile.preferences')} about={t('profile.preferencesAbout')}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} maw={640}>
          <Preference label={t('account.language')}>
            <LanguageChoice size="sm" />
          </Preference>
          <Preference label={t('account.theme')}>
            <ThemeChoice size="sm" />
          </Preference>
        </SimpleGrid>
      </Section>
    </Page>
  )
}

function Preference({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      {children}
    </Stack>
  )
}
