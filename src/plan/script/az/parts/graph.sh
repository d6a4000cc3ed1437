# One request to Microsoft Graph: method, path, and what else `az rest` is told.
graph() { az rest --only-show-errors --resource "$graph_audience" --method "$1" --url "$graph$2" "${@:3}"; }
