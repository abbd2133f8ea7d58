using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Crik.Testing.Architecture;

/// <summary>
/// Reads from a compiled assembly which types use which others. It sees every use in base types, fields, signatures,
/// attributes and method bodies. It cannot see constants, which the compiler copies.
/// </summary>
public sealed class CompiledProgram : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly SourcePlaces _places;

    /// <param name="path">The path of the assembly. Its debug information (.pdb) lies beside it.</param>
    public CompiledProgram(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
        _places = new SourcePlaces(Path.ChangeExtension(path, ".pdb"));
    }

    public void Dispose()
    {
        _places.Dispose();
        _file.Dispose();
    }

    /// <summary>
    /// Every use of a type whose full name begins with the prefix. Uses inside of one outermost type are left out.
    /// </summary>
    public IEnumerable<TypeUse> Uses(string prefix)
    {
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            UsedTypes names = new(_metadata);
            string user = names.Outermost(handle);
            foreach ((string used, string place) in UsesOf(handle, names).Distinct())
            {
                if (used != user && used.StartsWith(prefix, StringComparison.Ordinal) && user.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return new TypeUse(user, used, place);
                }
            }
        }
    }

    private IEnumerable<(string Used, string Place)> UsesOf(TypeDefinitionHandle handle, UsedTypes names)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        string typePlace = type.GetMethods().Select(method => _places.Of(method, 0)).FirstOrDefault(place => place is not null) ?? names.Outermost(handle);
        List<string> used = [.. names.Of(type.BaseType), .. names.OfAttributes(type.GetCustomAttributes()), .. names.OfConstraints(type.GetGenericParameters())];
        used.AddRange(type.GetInterfaceImplementations().SelectMany(item => names.Of(_metadata.GetInterfaceImplementation(item).Interface)));
        foreach (FieldDefinition field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            used.AddRange([.. field.DecodeSignature(names, null), .. names.OfAttributes(field.GetCustomAttributes())]);
        }

        foreach (string name in used)
        {
            yield return (name, typePlace);
        }

        foreach (MethodDefinitionHandle methodHandle in type.GetMethods())
        {
            MethodDefinition method = _metadata.GetMethodDefinition(methodHandle);
            MethodSignature<ImmutableArray<string>> signature = method.DecodeSignature(names, null);
            string methodPlace = _places.Of(methodHandle, 0) ?? typePlace;
            foreach (string name in signature.ParameterTypes.Add(signature.ReturnType).SelectMany(part => part)
                .Concat(names.OfAttributes(method.GetCustomAttributes())).Concat(names.OfConstraints(method.GetGenericParameters())))
            {
                yield return (name, methodPlace);
            }

            foreach ((string name, int offset) in UsesInBody(method, names))
            {
                yield return (name, _places.Of(methodHandle, offset) ?? methodPlace);
            }
        }
    }

    private IEnumerable<(string Used, int Offset)> UsesInBody(MethodDefinition method, UsedTypes names)
    {
        if (method.RelativeVirtualAddress == 0)
        {
            yield break;
        }

        MethodBodyBlock body = _file.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            foreach (string name in _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(names, null).SelectMany(local => local))
            {
                yield return (name, 0);
            }
        }

        foreach (string name in body.ExceptionRegions.SelectMany(region => names.Of(region.CatchType)))
        {
            yield return (name, 0);
        }

        foreach ((int token, int offset) in Instructions.Tokens(body.GetILBytes()!))
        {
            EntityHandle handle = MetadataTokens.EntityHandle(token);
            foreach (string name in names.Of(handle))
            {
                yield return (name, offset);
            }
        }
    }
}
