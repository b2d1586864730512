using System;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ColumnStream.Data;

/// <summary>Registers the provider with a host's services.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>
    /// Registers a <see cref="ColumnStreamDataSource"/> as the one source of the host, also as <see cref="DbDataSource"/>, and
    /// connections of it, closed, as often as they are asked for.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">The connection string; a wrong one fails when the source is asked for.</param>
    public static IServiceCollection AddColumnStreamDataSource(this IServiceCollection services, string connectionString)
    {
        services.TryAddSingleton(provider => new ColumnStreamDataSource(
            new ColumnStreamConnectionStringBuilder(connectionString), provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.TryAddSingleton<DbDataSource>(provider => provider.GetRequiredService<ColumnStreamDataSource>());
        services.TryAddTransient(provider => provider.GetRequiredService<ColumnStreamDataSource>().CreateConnection());
        services.TryAddTransient<DbConnection>(provider => provider.GetRequiredService<ColumnStreamConnection>());
        return services;
    }
}
