// Gives a role on the resource group that it is deployed to.
targetScope = 'resourceGroup'

@description('Object ID of the service principal that gets the role.')
param principalId string

@description('ID of the role.')
param role string

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, principalId, role)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}
