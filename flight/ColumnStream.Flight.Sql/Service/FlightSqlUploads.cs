using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Sql.Backend;
using ColumnStream.Flight.Sql.Protos;
using Google.Protobuf;
using NotExist = ColumnStream.Flight.Sql.Protos.CommandStatementIngest.Types.TableDefinitionOptions.Types.TableNotExistOption;
using WhereExists = ColumnStream.Flight.Sql.Protos.CommandStatementIngest.Types.TableDefinitionOptions.Types.TableExistsOption;

namespace ColumnStream.Flight.Sql.Service;

/// <summary>Does what clients send rows for: parameters, updates, bulk rows.</summary>
internal sealed class FlightSqlUploads(StatementTable statements, BufferAllocator allocator, FlightSqlOptions options)
{
    /// <summary>Runs an upload and gives the bytes of its answer.</summary>
    public async Task<byte[]> RunAsync(IMessage command, FlightBatchReader input, ClientSession session, FlightCall call)
    {
        switch (command)
        {
            case CommandStatementUpdate update:
                FlightSqlService.RefuseTransaction(update.HasTransactionId && !update.TransactionId.IsEmpty);
                ISqlStatement statement = await session.Session.PrepareAsync(update.Query, call.Cancellation).ConfigureAwait(false);
                await using (statement.ConfigureAwait(false))
                {
                    return Count(await statement.UpdateAsync(null, call.Cancellation).ConfigureAwait(false));
                }

            case CommandPreparedStatementUpdate update:
                await using (PreparedHandle prepared = await statements.PreparedAsync(
                    update.PreparedStatementHandle, session).ConfigureAwait(false))
                {
                    return Count(await UpdateAsync(prepared, input, call.Cancellation).ConfigureAwait(false));
                }

            case CommandPreparedStatementQuery query:
                await using (PreparedHandle prepared = await statements.PreparedAsync(
                    query.PreparedStatementHandle, session).ConfigureAwait(false))
                {
                    if (await ReadParametersAsync(prepared.Statement, input).ConfigureAwait(false) is { } parameters)
                    {
                        prepared.Bind(parameters);
                    }

                    return new DoPutPreparedStatementResult { PreparedStatementHandle = query.PreparedStatementHandle }.ToByteArray(
                        );
                }

            case CommandStatementIngest ingest:
                FlightSqlService.RefuseTransaction(ingest.HasTransactionId && !ingest.TransactionId.IsEmpty);
                return Count(await IngestAsync(ingest, input, session, call.Cancellation).ConfigureAwait(false));
            default:
                throw new GrpcException(
                    GrpcStatusCode.Unimplemented, $"This server does not take {command.Descriptor.Name} in DoPut.");
        }
    }

    private static byte[] Count(long rows) => new DoPutUpdateResult { RecordCount = rows }.ToByteArray();

    private static async Task<long> IngestAsync(
        CommandStatementIngest command, FlightBatchReader input, ClientSession session, CancellationToken cancellation)
    {
        CommandStatementIngest.Types.TableDefinitionOptions? definition = command.TableDefinitionOptions;
        if (definition is null || definition.IfNotExist == NotExist.Unspecified || definition.IfExists == WhereExists.Unspecified)
        {
            throw new GrpcException(
                GrpcStatusCode.InvalidArgument,
                    $"Ingest into {command.Table} does not say what to do where the table exists, or does not.");
        }

        var target = new SqlIngest(command.Table)
        {
            Schema = command.HasSchema ? command.Schema : null,
            Catalog = command.HasCatalog ? command.Catalog : null,
            CreateIfMissing = definition.IfNotExist == NotExist.Create,
            IfExists = definition.IfExists switch
            {
                WhereExists.Append => SqlIngestMode.Append,
                WhereExists.Replace => SqlIngestMode.Replace,
                _ => SqlIngestMode.Fail,
            },
            Temporary = command.Temporary,
            Options = new Dictionary<string, string>(command.Options, StringComparer.Ordinal),
        };
        await using UploadRows rows = await UploadRows.OpenAsync(input).ConfigureAwait(false);
        return await session.Session.IngestAsync(target, rows, cancellation).ConfigureAwait(false);
    }

    private async Task<long> UpdateAsync(PreparedHandle prepared, FlightBatchReader input, CancellationToken cancellation)
    {
        RecordBatch? parameters = await ReadParametersAsync(prepared.Statement, input).ConfigureAwait(false);
        try
        {
            return await prepared.Statement.UpdateAsync(parameters, cancellation).ConfigureAwait(false);
        }
        finally
        {
            parameters?.Release();
        }
    }

    /// <summary>Reads all rows of parameters into one batch that outlives the call; null where the statement has none.</summary>
    private async Task<RecordBatch?> ReadParametersAsync(ISqlStatement statement, FlightBatchReader input)
    {
        List<RecordBatch> batches = [];
        try
        {
            int rows = 0;
            while (await input.ReadAsync().ConfigureAwait(false) is { } message)
            {
                if (message.Batch is not { } batch)
                {
                    continue;
                }

                batches.Add(batch);
                rows += batch.Length;
                Check(statement, batch, rows);
            }

            return statement.ParameterSchema.Fields.Count == 0 || rows == 0 ? null : ArrayConcat.Concat(
                batches.ToArray(), allocator);
        }
        finally
        {
            foreach (RecordBatch batch in batches)
            {
                batch.Release();
            }
        }
    }

    private void Check(ISqlStatement statement, RecordBatch batch, int rows)
    {
        int expected = statement.ParameterSchema.Fields.Count;
        if (batch.Columns.Length != expected && batch.Length > 0)
        {
            throw new GrpcException(
                GrpcStatusCode.InvalidArgument,
                    $"Statement has {expected} parameters, the rows bound to it have {batch.Columns.Length} columns.");
        }

        if (rows > options.MaxParameterRows)
        {
            throw new GrpcException(
                GrpcStatusCode.ResourceExhausted,
                $"More than {options.MaxParameterRows} rows of parameters: load them with CommandStatementIngest, or "
                + "in several batches.");
        }
    }
}
