// daprd with the components that Daybook's deployments name and no others: Dapr's own main file brings every component
// there is, and a hundred times the modules to fetch and build.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/dapr/components-contrib/bindings/cron"
	bindinghttp "github.com/dapr/components-contrib/bindings/http"
	"github.com/dapr/components-contrib/bindings/smtp"
	configpostgres "github.com/dapr/components-contrib/configuration/postgres"
	configredis "github.com/dapr/components-contrib/configuration/redis"
	lockredis "github.com/dapr/components-contrib/lock/redis"
	resolvesqlite "github.com/dapr/components-contrib/nameresolution/sqlite"
	"github.com/dapr/components-contrib/pubsub/in-memory"
	"github.com/dapr/components-contrib/pubsub/kafka"
	"github.com/dapr/components-contrib/pubsub/rabbitmq"
	pubsubredis "github.com/dapr/components-contrib/pubsub/redis"
	"github.com/dapr/components-contrib/secretstores/local/env"
	"github.com/dapr/components-contrib/secretstores/local/file"
	stateinmemory "github.com/dapr/components-contrib/state/in-memory"
	statepostgresv1 "github.com/dapr/components-contrib/state/postgresql/v1"
	statepostgresv2 "github.com/dapr/components-contrib/state/postgresql/v2"
	stateredis "github.com/dapr/components-contrib/state/redis"

	"github.com/dapr/dapr/cmd/daprd/options"
	"github.com/dapr/dapr/pkg/buildinfo"
	"github.com/dapr/dapr/pkg/components"
	"github.com/dapr/dapr/pkg/components/bindings"
	"github.com/dapr/dapr/pkg/components/configuration"
	"github.com/dapr/dapr/pkg/components/lock"
	"github.com/dapr/dapr/pkg/components/nameresolution"
	"github.com/dapr/dapr/pkg/components/pubsub"
	"github.com/dapr/dapr/pkg/components/secretstores"
	"github.com/dapr/dapr/pkg/components/state"
	"github.com/dapr/dapr/pkg/healthz"
	"github.com/dapr/dapr/pkg/metrics"
	"github.com/dapr/dapr/pkg/modes"
	"github.com/dapr/dapr/pkg/runtime"
	"github.com/dapr/dapr/pkg/runtime/registry"
	"github.com/dapr/dapr/pkg/security"
	"github.com/dapr/kit/concurrency"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/signals"
)

var contrib = logger.NewLogger("dapr.contrib")

func registries() *registry.Options {
	subs := pubsub.NewRegistry()
	subs.Logger = contrib
	subs.RegisterComponent(kafka.NewKafka, "kafka")
	subs.RegisterComponent(pubsubredis.NewRedisStreams, "redis")
	subs.RegisterComponent(rabbitmq.NewRabbitMQ, "rabbitmq")
	subs.RegisterComponent(inmemory.New, "in-memory")

	stores := state.NewRegistry()
	stores.Logger = contrib
	stores.RegisterComponent(stateredis.NewRedisStateStore, "redis")
	stores.RegisterComponentWithVersions("postgresql", components.Versioning{
		Preferred: components.VersionConstructor{Version: "v2", Constructor: statepostgresv2.NewPostgreSQLStateStore},
		Others: []components.VersionConstructor{
			{Version: "v1", Constructor: statepostgresv1.NewPostgreSQLStateStore},
		},
		Default: "v1",
	})
	stores.RegisterComponent(stateinmemory.NewInMemoryStateStore, "in-memory")

	secrets := secretstores.NewRegistry()
	secrets.Logger = contrib
	secrets.RegisterComponent(env.NewEnvSecretStore, "local.env")
	secrets.RegisterComponent(file.NewLocalSecretStore, "local.file")

	configurations := configuration.NewRegistry()
	configurations.Logger = contrib
	configurations.RegisterComponent(configredis.NewRedisConfigurationStore, "redis")
	configurations.RegisterComponent(configpostgres.NewPostgresConfigurationStore, "postgresql")

	locks := lock.NewRegistry()
	locks.Logger = contrib
	locks.RegisterComponent(lockredis.NewStandaloneRedisLock, "redis")

	both := bindings.NewRegistry()
	both.Logger = contrib
	both.RegisterInputBinding(cron.NewCron, "cron")
	both.RegisterOutputBinding(bindinghttp.NewHTTP, "http")
	both.RegisterOutputBinding(smtp.NewSMTP, "smtp")

	names := nameresolution.NewRegistry()
	names.Logger = contrib
	names.RegisterComponent(resolvesqlite.NewResolver, "sqlite")

	return registry.NewOptions().
		WithPubSubs(subs).
		WithStateStores(stores).
		WithSecretStores(secrets).
		WithConfigurations(configurations).
		WithLocks(locks).
		WithBindings(both).
		WithNameResolutions(names)
}

func runtimeConfig(o *options.Options, handler security.Handler, health healthz.Healthz) *runtime.Config {
	return &runtime.Config{
		AppID:                         o.AppID,
		ApplicationPort:               o.AppPort,
		AppProtocol:                   o.AppProtocol,
		AppChannelAddress:             o.AppChannelAddress,
		AppSSL:                        o.AppSSL,
		AppMaxConcurrency:             o.AppMaxConcurrency,
		EnableAppHealthCheck:          o.EnableAppHealthCheck,
		AppHealthCheckPath:            o.AppHealthCheckPath,
		AppHealthProbeInterval:        o.AppHealthProbeInterval,
		AppHealthProbeTimeout:         o.AppHealthProbeTimeout,
		AppHealthThreshold:            o.AppHealthThreshold,
		DaprHTTPPort:                  o.DaprHTTPPort,
		DaprAPIGRPCPort:               o.DaprAPIGRPCPort,
		DaprAPIListenAddresses:        o.DaprAPIListenAddresses,
		DaprInternalGRPCPort:          o.DaprInternalGRPCPort,
		DaprInternalGRPCListenAddress: o.DaprInternalGRPCListenAddress,
		DaprPublicPort:                o.DaprPublicPort,
		DaprPublicListenAddress:       o.DaprPublicListenAddress,
		DaprGracefulShutdownSeconds:   o.DaprGracefulShutdownSeconds,
		DaprBlockShutdownDuration:     o.DaprBlockShutdownDuration,
		DisableBuiltinK8sSecretStore:  o.DisableBuiltinK8sSecretStore,
		AllowedOrigins:                o.AllowedOrigins,
		MaxRequestSize:                o.MaxRequestSize,
		ReadBufferSize:                o.ReadBufferSize,
		UnixDomainSocket:              o.UnixDomainSocket,
		EnableAPILogging:              o.EnableAPILogging,
		ProfilePort:                   o.ProfilePort,
		EnableProfiling:               o.EnableProfiling,
		Mode:                          o.Mode,
		Config:                        o.Config,
		ResourcesPath:                 o.ResourcesPath,
		ComponentsPath:                o.ComponentsPath,
		ControlPlaneAddress:           o.ControlPlaneAddress,
		SentryAddress:                 o.SentryAddress,
		EnableMTLS:                    o.EnableMTLS,
		ActorsService:                 o.ActorsService,
		RemindersService:              o.RemindersService,
		SchedulerAddress:              o.SchedulerAddress,
		SchedulerStreams:              o.SchedulerJobStreams,
		Registry:                      registries(),
		Security:                      handler,
		Healthz:                       health,
		Metrics: metrics.Options{
			Enabled:       o.Metrics.Enabled(),
			Port:          o.Metrics.Port(),
			ListenAddress: o.Metrics.ListenAddress(),
			Namespace:     metrics.DefaultMetricNamespace,
			Log:           contrib,
			Healthz:       health,
		},
	}
}

func run() error {
	o, err := options.New(os.Args[1:])
	if err != nil {
		return err
	}
	if o.RuntimeVersion {
		fmt.Println(buildinfo.Version())
		return nil
	}
	o.Logger.SetAppID(o.AppID)
	if err := logger.ApplyOptionsToLoggers(&o.Logger); err != nil {
		return err
	}

	ctx := signals.Context()
	health := healthz.New()
	provider, err := security.New(ctx, security.Options{
		AppID:                   o.AppID,
		Mode:                    modes.DaprMode(o.Mode),
		MTLSEnabled:             o.EnableMTLS,
		SentryAddress:           o.SentryAddress,
		TrustAnchors:            o.TrustAnchors,
		ControlPlaneTrustDomain: o.ControlPlaneTrustDomain,
		ControlPlaneNamespace:   o.ControlPlaneNamespace,
		JwtAudiences:            o.SentryRequestJwtAudiences,
		Healthz:                 health,
	})
	if err != nil {
		return err
	}
	return concurrency.NewRunnerManager(provider.Run, func(ctx context.Context) error {
		handler, err := provider.Handler(ctx)
		if err != nil {
			return err
		}
		rt, err := runtime.FromConfig(ctx, runtimeConfig(o, handler, health))
		if err != nil {
			return err
		}
		return rt.Run(ctx)
	}).Run(ctx)
}

func main() {
	if err := run(); err != nil {
		log.Fatalf("daprd: %v", err)
	}
}
