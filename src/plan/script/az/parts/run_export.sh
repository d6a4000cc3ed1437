# Has an export run once, unless it has run: whose costs, and its name. Azure only queues a run.
run_export() {
  local export="$1/providers/Microsoft.CostManagement/exports/$2" runs
  runs=$(arm get "$export/runHistory?api-version=2025-03-01" --output tsv \
    --query "value[?properties.status!='Failed' && properties.status!='Timeout'].properties.status")
  if [ -n "$runs" ]; then
    say '  it has run already'
    return
  fi
  again "$busy" 'Cost Management to take another run' arm post "$export/run?api-version=2025-03-01" --output none
}
