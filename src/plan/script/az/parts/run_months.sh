# Has an export run for each of the last months, one run a month, unless it has run for that one: whose costs, its name, how many months.
run_months() {
  local export="$1/providers/Microsoft.CostManagement/exports/$2" runs year month days from to n
  runs=$(arm get "$export/runHistory?api-version=2025-03-01" --output tsv \
    --query "value[?properties.status!='Failed' && properties.status!='Timeout'].[properties.startDate,properties.endDate]")
  year=$(date -u +%Y) month=$((10#$(date -u +%m)))
  for ((n = 0; n < $3; n++)); do
    if ((month == 1)); then year=$((year - 1)) month=12; else month=$((month - 1)); fi
    case $month in
      4 | 6 | 9 | 11) days=30 ;;
      2) days=$((year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28)) ;;
      *) days=31 ;;
    esac
    from=$(printf '%04d-%02d-01' "$year" "$month") to=$(printf '%04d-%02d-%02d' "$year" "$month" "$days")
    # Some answers name the day after as the end.
    if grep -Eq "^${from}T.*[[:space:]]($to|....-..-01)T" <<<"$runs"; then continue; fi
    say "  ${from%-01}"
    again "$busy" 'Cost Management to take another run' arm post "$export/run?api-version=2025-03-01" --output none \
      --body '{"timePeriod":{"from":"'"$from"'T00:00:00Z","to":"'"$to"'T00:00:00Z"}}'
  done
}
