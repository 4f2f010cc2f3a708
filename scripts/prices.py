#!/usr/bin/env python3
"""Makes src/knowledge/prices/prices.tsv from two maintained price lists.

    scripts/prices.py --prices genai_prices-*.whl --check litellm-*.whl --date 2026-11-21

Prices come from genai-prices (MIT), read as syntax and never executed. Those of the models most in use are compared
with litellm (MIT): a difference of more than 1 % stops the script unless REASONS names why our figure is right.
Without paths the wheels named in SOURCES are fetched with `pip download`.
"""

import argparse
import ast
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal

SOURCES = {'prices': 'genai-prices==0.2.3', 'check': 'litellm==1.109.1'}
TARGET = pathlib.Path(__file__).parent.parent / 'src/knowledge/prices/prices.tsv'

# Columns of a row, and the price keys they are read from.
COLUMNS = {
    'input': 'input_mtok',
    'output': 'output_mtok',
    'cache_read': 'cache_read_mtok',
    'cache_write': 'cache_write_mtok',
    'cache_write_1h': 'cache_write_1h_mtok',
    'reasoning': 'output_reasoning_mtok',
    'audio_input': 'input_audio_mtok',
    'audio_output': 'output_audio_mtok',
    'request': 'requests_kcount',
}

# How a request asks for another service: the name of the variant in our file.
SERVICES = {
    ('processing', 'batch'): 'batch',
    ('service_tier', 'flex'): 'flex',
    ('service_tier', 'priority'): 'priority',
    ('service_tier', 'fast'): 'fast',
    ('speed', 'fast'): 'fast',
}

# The makers of models come first: without a provider, a name means the maker's own price.
MAKERS = [
    'openai', 'anthropic', 'google', 'mistral', 'cohere', 'deepseek', 'x-ai', 'perplexity', 'moonshotai', 'zai',
    'minimax', 'meta', 'voyageai', 'aws', 'azure', 'groq', 'cerebras', 'together', 'fireworks',
]  # fmt: skip

# Provider -> the prefix of its ids in litellm's list.
CHECKED = {
    'openai': '', 'anthropic': '', 'google': 'gemini/', 'mistral': 'mistral/', 'cohere': '', 'deepseek': 'deepseek/',
    'x-ai': 'xai/', 'perplexity': 'perplexity/', 'moonshotai': 'moonshot/', 'zai': 'zai/', 'aws': '',
    'groq': 'groq/', 'cerebras': 'cerebras/',
}  # fmt: skip

# Differences that were looked at: (provider, id) -> why our figure stands.
REASONS = {
    ('openai', 'gpt-4o-mini-tts'): 'its output is audio: 12 is the audio price, which litellm lists apart from the text price',
    ('mistral', 'mistral-large'): 'ours is Large 2 by its dated ids, litellm prices the alias as Large 3',
    ('mistral', 'mistral-large-4'): 'lowered on 2026-10-29; litellm still has the list price before',
    ('mistral', 'mistral-medium-3-1'): 'ours is Medium 3 and 3.1, litellm prices the alias as Medium 3.5',
    ('mistral', 'mistral-nemo'): 'litellm has the launch price',
    ('deepseek', 'deepseek-chat'): 'a moving alias: ours is the V3 it last named at peak hours, litellm V3.2',
    ('deepseek', 'deepseek-reasoner'): 'a moving alias: ours is the R1 it last named at peak hours, litellm V3.2',
    ('deepseek', 'deepseek-v3.2'): 'no longer offered by its maker; the two lists took different hosts',
    ('aws', 'regional.anthropic.claude-opus-4-5-v1:0'): 'with the 10 % of a region; the id they share has the global price in litellm',
    ('aws', 'regional.anthropic.claude-opus-4-6-v1:0'): 'with the 10 % of a region; the id they share has the global price in litellm',
    ('x-ai', 'grok-code-fast-1'): 'retired; ours is its published price, litellm that of the model it now redirects to',
    ('groq', 'openai/gpt-oss-safeguard-20b'): 'half of the input price of 0.075; litellm rounded it',
}


def fields(call):
    none = ast.dump(ast.Constant(None))
    return {word.arg: word.value for word in call.keywords if ast.dump(word.value) != none}


def number(node):
    return Decimal(node.args[0].value) if node.args else Decimal(0)


def start_date(node):
    return datetime.date(*(part.value for part in fields(node)['start_date'].args))


def by_the_hour(constraint):
    return constraint is not None and constraint.func.id == 'TimeOfDateConstraint'


def is_active(constraint, today):
    return constraint is None or (not by_the_hour(constraint) and start_date(constraint) <= today)


def current_prices(node, today):
    """The price keys in force: {key: (price, [(from tokens, price)])}."""
    if isinstance(node, ast.List):
        entries = [fields(each) for each in node.elts]
        plain_entry = [each for each in entries if is_active(each.get('constraint'), today)][-1:] or entries[:1]
        hourly = [each for each in entries if by_the_hour(each.get('constraint'))]
        # of prices by the hour the dearest: a budget must hold at every hour
        return max((price_keys(each['prices']) for each in plain_entry + hourly), key=lambda keys: sum(base for base, _ in keys.values()))
    return price_keys(node)


def price_keys(node):
    prices = {}
    for key, value in fields(node).items():
        if value.func.id == 'TieredPrices':
            tiers = [(fields(tier)['start'].value, number(fields(tier)['price'])) for tier in fields(value)['tiers'].elts]
            prices[key] = (number(fields(value)['base']), tiers)
        else:
            prices[key] = (number(value), [])
    return prices


def literal_ids(clause):
    """The names a clause of the source spells out. What it only describes, our own reading of names finds."""
    kind, parts = clause.func.id, fields(clause)
    if kind == 'ClauseEquals':
        return [parts['equals'].value]
    if kind == 'ClauseStartsWith':
        return [parts['starts_with'].value]
    if kind == 'ClauseContains' and '.' in parts['contains'].value:
        return [parts['contains'].value]  # a whole id behind a region: `us.anthropic.claude-...`
    if kind == 'ClauseOr':
        return [name for each in parts['or_'].elts for name in literal_ids(each)]
    return []


def plain(value):
    """A decimal without exponent or trailing zeros, down to a millionth: what is finer was divided, not published."""
    return format(value.quantize(Decimal('0.000001')).normalize(), 'f')


def cells(prices, tier=None):
    """The columns of one line, in USD per million tokens (`request`: per thousand requests)."""
    line = []
    for key in COLUMNS.values():
        base, tiers = prices.get(key, (None, []))
        value = base if tier is None else dict(tiers).get(tier)
        line.append('' if value is None else plain(value))
    while line and not line[-1]:
        line.pop()
    return line


def lines_of(model, today):
    prices = current_prices(model['prices'], today)
    first = cells(prices)
    if not first:
        return []
    lines = [('', first)]
    services = {}
    for variant in getattr(model.get('price_variants'), 'elts', []):
        variant = fields(variant)
        when = ast.literal_eval(variant['when'])
        service = SERVICES.get(next(iter(when.items()))) if len(when) == 1 else None
        if service and is_active(variant.get('constraint'), today):
            # the first variant that names a key decides
            services[service] = {**current_prices(variant['prices'], today), **services.get(service, {})}
    for service, own in [('', prices), *services.items()]:
        if service:
            lines.append((service, cells(own)))
        for tier in sorted({start for _, tiers in own.values() for start, _ in tiers}):
            lines.append((f'{service}>{tier}', cells(own, tier)))
    return [(label, line) for label, line in lines if line]


def read_prices(wheel, today):
    tree = ast.parse(zipfile.ZipFile(wheel).read('genai_prices/data.py'))
    listed = next(node.value for node in tree.body if isinstance(node, ast.AnnAssign))
    providers = {}
    for provider in listed.elts:
        provider = fields(provider)
        rows = {}
        for model in provider['models'].elts:
            model = fields(model)
            lines = lines_of(model, today)
            if lines:
                rows[model['id'].value] = (literal_ids(model['match']), lines)
        providers[provider['id'].value] = rows
    return providers


def own_names(rows):
    """Other spellings of each id, none of which is an id itself or claimed twice."""
    taken = {name.lower() for name in rows}
    names = {}
    for name, (spellings, _) in rows.items():
        names[name] = []
        for spelling in spellings:
            if spelling.lower() not in taken and '|' not in spelling:
                taken.add(spelling.lower())
                names[name].append(spelling)
    return names


def cross_check(providers, wheel):
    """Compares input, output and cached input with litellm; returns how many models were compared."""
    listed = json.loads(zipfile.ZipFile(wheel).read('litellm/model_prices_and_context_window_backup.json'))
    theirs_of = {
        'input': 'input_cost_per_token',
        'output': 'output_cost_per_token',
        'cache_read': 'cache_read_input_token_cost',
    }
    compared, bad = 0, []
    for provider, prefix in CHECKED.items():
        for name, (spellings, lines) in providers[provider].items():
            # a regional row is compared with a regional id, which may carry the revision that ours leaves out
            spelled = sorted([name, *spellings], key=lambda each: not each.startswith('us.'))
            keys = [prefix + each + revision for each in spelled for revision in ('', '-v1:0')]
            entry = next((listed[key] for key in keys if key in listed), None)
            if entry is None or not entry.get('input_cost_per_token'):
                continue
            compared += 1
            ours = dict(zip(COLUMNS, lines[0][1]))
            for column, key in theirs_of.items():
                if not ours.get(column) or not entry.get(key):
                    continue
                mine, other = Decimal(ours[column]), Decimal(str(entry[key])) * 1_000_000
                if abs(mine - other) > other / 100 and (provider, name) not in REASONS:
                    bad.append(f'{provider}\t{name}\t{column}\tours {plain(mine)}\ttheirs {plain(other)}')
    return compared, bad


def write(providers, today):
    order = sorted(providers, key=lambda name: (MAKERS.index(name) if name in MAKERS else len(MAKERS), name))
    out = [
        f'# as of\t{today}',
        f'# source\t{SOURCES["prices"]} (MIT), checked against {SOURCES["check"]} (MIT); made by scripts/prices.py',
        '# USD per million tokens; request: USD per thousand requests',
        '# id|other spellings, or service>from input tokens\t' + '\t'.join(COLUMNS),
    ]
    for provider in order:
        rows = providers[provider]
        if not rows:
            continue
        names = own_names(rows)
        out.append(f'[{provider}]')
        for name in sorted(rows):
            for label, line in rows[name][1]:
                first = '|'.join([name, *names[name]]) if not label else f' {label}'
                out.append('\t'.join([first, *line]))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text('\n'.join(out) + '\n')
    return sum(len(rows) for rows in providers.values())


def fetch(requirement, folder):
    subprocess.run(
        [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '-d', folder, requirement],
        check=True,
    )
    stem = requirement.split('==')[0].replace('-', '_')
    return next(pathlib.Path(folder).glob(f'{stem}-*.whl'))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('--prices', help=f'wheel of {SOURCES["prices"]}')
    arguments.add_argument('--check', help=f'wheel of {SOURCES["check"]}')
    arguments.add_argument('--date', type=datetime.date.fromisoformat, default=datetime.date.today())
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        providers = read_prices(chosen.prices or fetch(SOURCES['prices'], folder), chosen.date)
        compared, bad = cross_check(providers, chosen.check or fetch(SOURCES['check'], folder))
    if bad:
        sys.exit('\n'.join([*bad, f'{len(bad)} prices differ by more than 1 % and have no reason in REASONS']))
    print(f'{write(providers, chosen.date)} models, {compared} compared', file=sys.stderr)


if __name__ == '__main__':
    main()
