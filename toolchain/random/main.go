// Command pulumi-resource-random is the random resource plugin, bridged from its upstream Terraform provider.
//
// It exists for machines that reach the Go module proxy but not the official plugin release. Tokens match the Python
// SDK pulumi-random of the same version.
package main

import (
	"context"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	bridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	upstream "github.com/terraform-providers/terraform-provider-random/zapstack"
)

const (
	name    = "random"
	version = "4.21.4" // the Python SDK pinned in pyproject.toml asks for exactly this version

	// minimalSchema is enough for programs that bring their own SDK; the full schema only generates SDKs.
	minimalSchema = `{"name": "random", "version": "4.21.4"}`
)

func info() bridge.ProviderInfo {
	provider := bridge.ProviderInfo{
		P:            tfbridge.ShimProvider(upstream.New()),
		Name:         name,
		Version:      version,
		DisplayName:  "Random",
		Repository:   "https://github.com/pulumi/pulumi-random",
		MetadataInfo: bridge.NewProviderMetadata([]byte("{}")),
	}
	resource := func(module, resource string) (string, error) {
		return tokens.MakeStandard(name)(module, "Random"+resource)
	}
	provider.MustComputeTokens(tokens.SingleModule("random_", "index", resource))
	return provider
}

func main() {
	tfbridge.Main(context.Background(), name, info(), tfbridge.ProviderMetadata{PackageSchema: []byte(minimalSchema)})
}
