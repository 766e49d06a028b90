from exercises.ex1_output_size import effective_kernel_size


def paire(valeur):
    return (valeur, valeur) if isinstance(valeur, int) else valeur


def pad2d(x, padding):
    haut, gauche = paire(padding)
    if haut < 0 or gauche < 0:
        raise ValueError("marge négative")
    n, c, h, w = x.shape
    cadre = x.new_zeros(n, c, h + 2 * haut, w + 2 * gauche)
    cadre[:, :, haut : haut + h, gauche : gauche + w] = x
    return cadre


def same_padding(kernel_size, dilation=1):
    marges = []
    for k, d in zip(paire(kernel_size), paire(dilation)):
        perdu = effective_kernel_size(k, d) - 1
        if perdu % 2 != 0:
            raise ValueError("pas de marge symétrique")
        marges.append(perdu // 2)
    return marges[0] if isinstance(kernel_size, int) and isinstance(dilation, int) else tuple(marges)
