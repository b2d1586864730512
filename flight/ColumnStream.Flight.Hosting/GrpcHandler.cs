using System.Threading.Tasks;

namespace ColumnStream.Flight.Hosting;

/// <summary>Answers the calls of one method.</summary>
internal delegate Task GrpcHandler(GrpcServerCall call);
