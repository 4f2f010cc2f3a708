#!/usr/bin/env bash
# Packs what npm would publish and looks at it as a stranger would: do all entries exist, do their types resolve under
# every way TypeScript looks modules up, is nothing in it that is nobody's business.
#
# The package must be built; packing does not build it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

npm pack --ignore-scripts --silent --pack-destination "$directory" >/dev/null
tarball=$(echo "$directory"/*.tgz)

# Addons travel in packages of their own, one per platform; sources and tests stay in the repository.
wanted='^package/(package\.json|README\.md|CHANGELOG\.md|LICENSE|[a-z]+\.d\.m?ts|dist/.+\.(js|mjs|json|html|css))$'
if tar -tzf "$tarball" | grep -vE "$wanted"; then
  echo 'these files are published and should not be' >&2
  exit 1
fi
for file in package.json README.md LICENSE; do
  tar -tzf "$tarball" | grep -x "package/$file" >/dev/null || { echo "the package lacks $file" >&2; exit 1; }
done

npx --no-install publint --strict "$tarball"
npx --no-install attw "$tarball" --format ascii --no-emoji
