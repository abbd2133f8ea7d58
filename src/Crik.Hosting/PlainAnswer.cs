using System.Text;
using Microsoft.AspNetCore.Http;

namespace Crik.Hosting;

/// <summary>Writes short answers.</summary>
public static class PlainAnswer
{
    public static Task WriteAsync(HttpContext context, int status, string type, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
