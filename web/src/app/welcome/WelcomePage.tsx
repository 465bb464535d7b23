import { Alert, Button, Group, Stack, Stepper, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Connect } from '@/components/connect/Connect'
import { Secret } from '@/components/connect/Secret'
import { LinkButton } from '@/components/Links'
import { Page } from '@/components/Page'
import { Section } from '@/components/Section'
import { useCreateKey } from '@/features/keys/queries'
import { AddProvider } from '@/features/providers/AddProvider'
import { useExplain } from '@/lib/errors'
import { modelNames } from '@/lib/models'
import { providerNames } from '@/lib/providers'
import { FirstMessage } from './FirstMessage'
import classes from './WelcomePage.module.css'

/** From nothing to a first answer: a provider, a key, and how to use it. */
export function WelcomePage() {
  const { t } = useTranslation()
  const [step, setStep] = useState(0)
  const [secret, setSecret] = useState('')
  const made = (key: string) => {
    setSecret(key)
    setStep(2)
  }
  return (
    <Page title={t('welcome.title')} about={t('welcome.about')}>
      <Stepper
        active={step}
        onStepClick={setStep}
        allowNextStepsSelect={false}
        size="sm"
        classNames={{ content: classes.content ?? '', steps: classes.steps ?? '' }}
      >
        <Stepper.Step label={t('welcome.provider')}>
          <ProviderStep onDone={() => setStep(1)} />
        </Stepper.Step>
        <Stepper.Step label={t('welcome.key')}>
          <KeyStep onDone={made} />
        </Stepper.Step>
        <Stepper.Step label={t('welcome.use')}>
          <UseStep secret={secret} />
        </Stepper.Step>
      </Stepper>
    </Page>
  )
}

function ProviderStep({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const names = useQuery(providerNames).data ?? []
  const [isAdding, setAdding] = useState(false)
  if (names.length > 0 && !isAdding) {
    return (
      <Section title={t('welcome.providerThere', { count: names.length })} about={names.join(', ')}>
        <Group>
          <Button onClick={onDone}>{t('welcome.next')}</Button>
          <Button variant="default" onClick={() => setAdding(true)}>
            {t('welcome.another')}
          </Button>
        </Group>
      </Section>
    )
  }
  return (
    <Section title={t('welcome.providerTitle')} about={t('welcome.providerHint')}>
      <div className={classes.form}>
        <AddProvider taken={names} onDone={onDone} />
      </div>
    </Section>
  )
}

function KeyStep({ onDone }: { onDone: (secret: string) => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const create = useCreateKey()
  const [name, setName] = useState(t('welcome.keyName'))
  return (
    <Section title={t('welcome.keyTitle')} about={t('welcome.keyHint')}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate({ name: name.trim() }, { onSuccess: onDone })
        }}
      >
        <Stack>
          {create.isError && <Alert color="red">{explain(create.error)}</Alert>}
          <TextInput
            label={t('keys.name')}
            value={name}
            required
            autoFocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={create.isPending}>
            {t('keys.create')}
          </Button>
        </Stack>
      </form>
    </Section>
  )
}

function UseStep({ secret }: { secret: string }) {
  const { t } = useTranslation()
  const names = useQuery(modelNames).data ?? []
  const models = names.filter((name) => !name.includes('*'))
  return (
    <Stack gap="lg">
      <Section title={t('connect.once')} about={t('connect.onceHint')}>
        <Secret text={secret} />
      </Section>
      <FirstMessage secret={secret} models={models} />
      <Section title={t('connect.title')} about={t('welcome.connectHint')}>
        <Connect secret={secret} models={models} />
      </Section>
      <Group justify="space-between">
        <Title order={3}>{t('welcome.then')}</Title>
        <Group gap="xs">
          <LinkButton to="/logs" variant="default">
            {t('welcome.toLogs')}
          </LinkButton>
          <LinkButton to="/">{t('connect.done')}</LinkButton>
        </Group>
      </Group>
    </Stack>
  )
}
