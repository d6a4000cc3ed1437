// Exports the costs of the subscription that it is deployed to.
targetScope = 'subscription'

@description('The name of the export.')
param name string

@description('The region of the identity by which it writes.')
param location string

@description('What it exports, where to, and when.')
param properties object

resource costs 'Microsoft.CostManagement/exports@2025-03-01' = {
  name: name
  location: location
  identity: {
    type: 'SystemAssigned'
  }
  properties: properties
}
