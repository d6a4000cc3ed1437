# One request to Azure Resource Manager: method, path, and what else `az rest` is told.
arm() { az rest --only-show-errors --resource "$arm_audience" --method "$1" --url "$arm$2" "${@:3}"; }
