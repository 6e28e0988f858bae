/** A template as JSON. */
interface TemplateJson {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A resource with all references in it resolved. */
export interface Deployed<Properties = Readonly<Record<string, unknown>>> {
  readonly stack: string;
  readonly id: string;
  readonly properties: Properties;
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::NoValue': '',
};

/** The templates as an account would show them: what refers to something else is the name or the ARN that it would have. */
export class Account {
  readonly #templates: ReadonlyMap<string, TemplateJson>;

  constructor(templates: ReadonlyMap<string, TemplateJson>) {
    this.#templates = templates;
  }

  /** All resources of a type, in all stacks. */
  find<Properties = Readonly<Record<string, unknown>>>(type: string): Deployed<Properties>[] {
    return [...this.#templates].flatMap(([stack, { Resources = {} }]) =>
      Object.entries(Resources)
        .filter(([, { Type }]) => Type === type)
        .map(([id, { Properties }]) => ({
          stack,
          id,
          properties: this.#resolve(stack, Properties ?? {}) as Properties,
        })),
    );
  }

  /** The types of all resources, each once. */
  types(): string[] {
    const all = [...this.#templates.values()].flatMap(({ Resources = {} }) => Object.values(Resources));
    return [...new Set(all.map(({ Type }) => Type))].toSorted();
  }

  /** The ARN of a resource, as policies see it. */
  arn(stack: string, id: string): string {
    const type = this.#templates.get(stack)?.Resources?.[id]?.Type;
    if (type === undefined) throw new Error(`${stack} has no ${id}`);
    const [, service = '', kind = ''] = type.split('::');
    if (type === 'AWS::S3::Bucket') return `arn:aws:s3:::${id.toLowerCase()}`;
    return `arn:aws:${service.toLowerCase()}:eu-west-1:111122223333:${kind.toLowerCase()}/${id}`;
  }

  #resolve(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#resolve(stack, each));
    if (typeof value !== 'object' || value === null) return value;
    const [key = '', ...others] = Object.keys(value);
    const argument = (value as Record<string, unknown>)[key];
    if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) return this.#intrinsic(stack, key, argument);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.#resolve(stack, each)]));
  }

  #intrinsic(stack: string, name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return PSEUDO[argument as string] ?? this.#nameOf(stack, argument as string);
      case 'Fn::GetAtt': {
        const [id, attribute] = argument as [string, string];
        return attribute === 'Arn' || attribute === 'TopicArn' ? this.arn(stack, id) : `${id}.${attribute}`;
      }
      case 'Fn::Join': {
        const [glue, parts] = argument as [string, unknown[]];
        return parts.map((part) => this.#resolve(stack, part)).join(glue);
      }
      case 'Fn::Sub':
        return (argument as string).replace(/\$\{([^}]+)\}/g, (_, name: string) => PSEUDO[name] ?? name);
      case 'Fn::GetStackOutput': {
        const { StackName, OutputName } = argument as { StackName: string; OutputName: string };
        const output = this.#templates.get(StackName)?.Outputs?.[OutputName];
        if (!output) throw new Error(`${StackName} has no output ${OutputName}, which ${stack} needs`);
        return this.#resolve(StackName, output.Value);
      }
      default:
        throw new Error(`${name} is not known here`);
    }
  }

  #nameOf(stack: string, id: string): string {
    const type = this.#templates.get(stack)?.Resources?.[id]?.Type;
    if (type === 'AWS::SNS::Topic') return this.arn(stack, id);
    return type === 'AWS::S3::Bucket' ? id.toLowerCase() : id;
  }
}
