import { Accordion, Button, Code, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '@/lib/api'
import { providerNames } from '@/lib/providers'
import classes from './Rules.module.css'
import { EXAMPLES, FIELDS, FUNCTIONS, OPERATORS, VARIABLES } from './words'

interface Props {
  isReadOnly: boolean
  /** Writes a word where the cursor is. */
  onWord: (word: string) => void
  /** Adds a rule at the end. */
  onRule: (rule: Schemas['RoutingRule']) => void
}

/** Everything that can be said in rules, in a line each. */
export function Reference({ isReadOnly, onWord, onRule }: Props) {
  const { t } = useTranslation()
  const word = (text: string) =>
    isReadOnly ? (
      <span className={classes.word}>{text}</span>
    ) : (
      <UnstyledButton
        className={classes.word}
        onClick={() => onWord(text)}
        aria-label={t('rules.insert', { text })}
      >
        {text}
      </UnstyledButton>
    )
  const lists = [
    {
      id: 'variables' as const,
      rows: VARIABLES.map((name) => ({ word: name, means: t(`rules.variables.${name}`) })),
    },
    {
      id: 'operators' as const,
      rows: OPERATORS.map(({ id, text }) => ({ word: text, means: t(`rules.operators.${id}`) })),
    },
    {
      id: 'functions' as const,
      rows: FUNCTIONS.map(({ id, text }) => ({ word: text, means: t(`rules.functions.${id}`) })),
    },
    {
      id: 'fields' as const,
      rows: FIELDS.map((name) => ({ word: name, means: t(`rules.fields.${name}`) })),
    },
  ]
  return (
    <Accordion multiple defaultValue={['examples', 'variables']} variant="separated" order={3}>
      <Part id="examples" title={t('rules.parts.examples')}>
        <Examples isReadOnly={isReadOnly} onRule={onRule} />
      </Part>
      {lists.map(({ id, rows }) => (
        <Part key={id} id={id} title={t(`rules.parts.${id}`)}>
          <dl className={classes.words}>
            {rows.map((row) => (
              <Pair key={row.word} name={word(row.word)} means={row.means} />
            ))}
          </dl>
        </Part>
      ))}
    </Accordion>
  )
}

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <Accordion.Item value={id}>
      <Accordion.Control>
        <Text size="sm" fw={550}>
          {title}
        </Text>
      </Accordion.Control>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  )
}

function Pair({ name, means }: { name: ReactNode; means: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{means}</dd>
    </>
  )
}

function Examples({ isReadOnly, onRule }: Pick<Props, 'isReadOnly' | 'onRule'>) {
  const { t } = useTranslation()
  const provider = useQuery(providerNames).data?.[0] ?? 'my-provider'
  return (
    <Stack gap="sm">
      {EXAMPLES.map(({ id, make }) => {
        const rule = make(t(`rules.examples.${id}`), provider)
        return (
          <Group key={id} justify="space-between" gap="xs">
            <div>
              <Text size="sm" fw={500}>
                {rule.name}
              </Text>
              <Code>{rule.when}</Code>
            </div>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              disabled={isReadOnly}
              aria-label={t('rules.addOf', { name: rule.name ?? '' })}
              onClick={() => onRule(rule)}
            >
              {t('rules.add')}
            </Button>
          </Group>
        )
      })}
    </Stack>
  )
}
