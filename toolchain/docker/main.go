// Command pulumi-resource-docker is the Docker resource plugin, bridged from its upstream Terraform provider.
//
// It exists for machines that reach the Go module proxy but not the official plugin release. Tokens, autonaming and
// property names match the Python SDK pulumi-docker of the same version. The native docker.Image resource of the
// official plugin is not part of it: programs build images with RemoteImage(build=...), which works in both.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	upstream "github.com/terraform-providers/terraform-provider-docker/zapstack"
)

const (
	name    = "docker"
	version = "5.2.0" // the Python SDK pinned in pyproject.toml asks for exactly this version

	// minimalSchema is enough for programs that bring their own SDK; the full schema only generates SDKs.
	minimalSchema = `{"name": "docker", "version": "5.2.0"}`
)

func info() tfbridge.ProviderInfo {
	token := func(resource string) *tfbridge.ResourceInfo {
		return &tfbridge.ResourceInfo{Tok: tfbridge.MakeResource(name, "index", resource)}
	}
	// Names that pluralisation would change: the SDK keeps them as upstream has them.
	keep := func(property string) *tfbridge.SchemaInfo { return &tfbridge.SchemaInfo{Name: property} }

	container := token("Container")
	container.DeleteBeforeReplace = true // names and host ports are exclusive
	container.Fields = map[string]*tfbridge.SchemaInfo{
		"command":           keep("command"),
		"networks_advanced": keep("networksAdvanced"),
	}
	image := token("RemoteImage")
	image.Fields = map[string]*tfbridge.SchemaInfo{"name": {}} // the name is the image reference: never autonamed

	provider := tfbridge.ProviderInfo{
		P:           shimv2.NewProvider(upstream.New(version)()),
		Name:        name,
		Version:     version,
		DisplayName: "Docker",
		Repository:  "https://github.com/pulumi/pulumi-docker",
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"DOCKER_HOST"},
				Value:   "unix:///var/run/docker.sock",
			}},
			"registry_auth": keep("registryAuth"),
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_config":    token("ServiceConfig"),
			"docker_container": container,
			"docker_image":     image,
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_image": {Tok: tfbridge.MakeDataSource(name, "index", "getRemoteImage")},
		},
	}
	provider.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard(name)))
	provider.SetAutonaming(255, "-")
	return provider
}

func main() { tfbridge.Main(name, version, info(), []byte(minimalSchema)) }
